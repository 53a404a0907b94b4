// swift-format-ignore-file
// Made by Hack/generate-protobuf-tables; not to be edited.

/// Field numbers, JSON names and types of the messages that clients send: a message a line, `NAME:FIELD;FIELD…`, a
/// field being `NUMBER NAME TYPE`. A type is `s` string, `b` bytes, `o` boolean, `i` integer, `d` double or the
/// number of another line, after `[` for a list, `{` for a map from strings and `=` for a member whose fields JSON
/// shows in its place.
enum ProtobufTable {
    static let text = #"""
        k8s.io.api.core.v1.Namespace:1 metadata 50;2 spec 51;3 status 52
        k8s.io.api.core.v1.Pod:1 metadata 50;2 spec 53;3 status 54
        k8s.io.api.core.v1.Service:1 metadata 50;2 spec 55;3 status 56
        k8s.io.api.core.v1.ConfigMap:1 metadata 50;2 data {s;3 binaryData {b;4 immutable o
        k8s.io.api.core.v1.Secret:1 metadata 50;2 data {b;3 type s;4 stringData {s;5 immutable o
        k8s.io.api.core.v1.ServiceAccount:1 metadata 50;2 secrets [57;3 imagePullSecrets [58;4 automountServiceAccountToken o
        k8s.io.api.core.v1.Event:1 metadata 50;2 involvedObject 57;3 reason s;4 message s;5 source 59;6 firstTimestamp 60;7 lastTimestamp 60;8 count i;9 type s;10 eventTime 61;11 series 62;12 action s;13 related 57;14 reportingComponent s;15 reportingInstance s
        k8s.io.api.core.v1.Node:1 metadata 50;2 spec 63;3 status 64
        k8s.io.api.core.v1.Endpoints:1 metadata 50;2 subsets [65
        k8s.io.api.core.v1.ResourceQuota:1 metadata 50;2 spec 66;3 status 67
        k8s.io.api.core.v1.LimitRange:1 metadata 50;2 spec 68
        k8s.io.api.core.v1.PersistentVolume:1 metadata 50;2 spec 69;3 status 70
        k8s.io.api.core.v1.PersistentVolumeClaim:1 metadata 50;2 spec 71;3 status 72
        k8s.io.api.core.v1.PodTemplate:1 metadata 50;2 template 73
        k8s.io.api.core.v1.ReplicationController:1 metadata 50;2 spec 74;3 status 75
        k8s.io.api.core.v1.Binding:1 metadata 50;2 target 57
        k8s.io.api.apps.v1.Deployment:1 metadata 50;2 spec 76;3 status 77
        k8s.io.api.apps.v1.ReplicaSet:1 metadata 50;2 spec 78;3 status 79
        k8s.io.api.apps.v1.StatefulSet:1 metadata 50;2 spec 80;3 status 81
        k8s.io.api.apps.v1.DaemonSet:1 metadata 50;2 spec 82;3 status 83
        k8s.io.api.apps.v1.ControllerRevision:1 metadata 50;2 data 84;3 revision i
        k8s.io.api.batch.v1.Job:1 metadata 50;2 spec 85;3 status 86
        k8s.io.api.batch.v1.CronJob:1 metadata 50;2 spec 87;3 status 88
        k8s.io.api.autoscaling.v1.Scale:1 metadata 50;2 spec 89;3 status 90
        k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler:1 metadata 50;2 spec 91;3 status 92
        k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler:1 metadata 50;2 spec 93;3 status 94
        k8s.io.api.policy.v1.Eviction:1 metadata 50;2 deleteOptions 49
        k8s.io.api.policy.v1.PodDisruptionBudget:1 metadata 50;2 spec 95;3 status 96
        k8s.io.api.rbac.v1.Role:1 metadata 50;2 rules [97
        k8s.io.api.rbac.v1.RoleBinding:1 metadata 50;2 subjects [98;3 roleRef 99
        k8s.io.api.rbac.v1.ClusterRole:1 metadata 50;2 rules [97;3 aggregationRule 100
        k8s.io.api.rbac.v1.ClusterRoleBinding:1 metadata 50;2 subjects [98;3 roleRef 99
        k8s.io.api.networking.v1.Ingress:1 metadata 50;2 spec 101;3 status 102
        k8s.io.api.networking.v1.IngressClass:1 metadata 50;2 spec 103
        k8s.io.api.networking.v1.NetworkPolicy:1 metadata 50;2 spec 104
        k8s.io.api.coordination.v1.Lease:1 metadata 50;2 spec 105
        k8s.io.api.discovery.v1.EndpointSlice:1 metadata 50;2 endpoints [106;3 ports [107;4 addressType s
        k8s.io.api.events.v1.Event:1 metadata 50;2 eventTime 61;3 series 108;4 reportingController s;5 reportingInstance s;6 action s;7 reason s;8 regarding 57;9 related 57;10 note s;11 type s;12 deprecatedSource 59;13 deprecatedFirstTimestamp 60;14 deprecatedLastTimestamp 60;15 deprecatedCount i
        k8s.io.api.admissionregistration.v1.MutatingWebhookConfiguration:1 metadata 50;2 Webhooks [109
        k8s.io.api.admissionregistration.v1.ValidatingWebhookConfiguration:1 metadata 50;2 Webhooks [110
        k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicy:1 metadata 50;2 spec 111;3 status 112
        k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding:1 metadata 50;2 spec 113
        k8s.io.api.authentication.v1.TokenRequest:1 metadata 50;2 spec 114;3 status 115
        k8s.io.api.authentication.v1.TokenReview:1 metadata 50;2 spec 116;3 status 117
        k8s.io.api.authentication.v1.SelfSubjectReview:1 metadata 50;2 status 118
        k8s.io.api.authorization.v1.SubjectAccessReview:1 metadata 50;2 spec 119;3 status 120
        k8s.io.api.authorization.v1.SelfSubjectAccessReview:1 metadata 50;2 spec 121;3 status 120
        k8s.io.api.authorization.v1.SelfSubjectRulesReview:1 metadata 50;2 spec 122;3 status 123
        k8s.io.api.authorization.v1.LocalSubjectAccessReview:1 metadata 50;2 spec 119;3 status 120
        k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions:1 gracePeriodSeconds i;2 preconditions 124;3 orphanDependents o;4 propagationPolicy s;5 dryRun [s;6 ignoreStoreReadErrorWithClusterBreakingPotential o
        k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta:1 name s;2 generateName s;3 namespace s;4 selfLink s;5 uid s;6 resourceVersion s;7 generation i;8 creationTimestamp 60;9 deletionTimestamp 60;10 deletionGracePeriodSeconds i;11 labels {s;12 annotations {s;13 ownerReferences [125;14 finalizers [s;17 managedFields [126
        k8s.io.api.core.v1.NamespaceSpec:1 finalizers [s
        k8s.io.api.core.v1.NamespaceStatus:1 phase s;2 conditions [127
        k8s.io.api.core.v1.PodSpec:1 volumes [128;2 containers [129;3 restartPolicy s;4 terminationGracePeriodSeconds i;5 activeDeadlineSeconds i;6 dnsPolicy s;7 nodeSelector {s;8 serviceAccountName s;9 serviceAccount s;10 nodeName s;11 hostNetwork o;12 hostPID o;13 hostIPC o;14 securityContext 131;15 imagePullSecrets [58;16 hostname s;17 subdomain s;18 affinity 132;19 schedulerName s;20 initContainers [129;21 automountServiceAccountToken o;22 tolerations [133;23 hostAliases [134;24 priorityClassName s;25 priority i;26 dnsConfig 135;27 shareProcessNamespace o;28 readinessGates [136;29 runtimeClassName s;30 enableServiceLinks o;31 preemptionPolicy s;32 overhead {137;33 topologySpreadConstraints [138;34 ephemeralContainers [130;35 setHostnameAsFQDN o;36 os 139;37 hostUsers o;38 schedulingGates [140;39 resourceClaims [141;40 resources 142;41 hostnameOverride s;43 schedulingGroup 143;44 evictionResponders [144
        k8s.io.api.core.v1.PodStatus:1 phase s;2 conditions [145;3 message s;4 reason s;5 hostIP s;6 podIP s;7 startTime 60;8 containerStatuses [148;9 qosClass s;10 initContainerStatuses [148;11 nominatedNodeName s;12 podIPs [147;13 ephemeralContainerStatuses [148;14 resize s;15 resourceClaimStatuses [149;16 hostIPs [146;17 observedGeneration i;18 extendedResourceClaimStatus 150;19 allocatedResources {137;20 resources 142;21 nodeAllocatableResourceClaimStatuses [151;22 volumeHealth [152
        k8s.io.api.core.v1.ServiceSpec:1 ports [153;2 selector {s;3 clusterIP s;4 type s;5 externalIPs [s;7 sessionAffinity s;8 loadBalancerIP s;9 loadBalancerSourceRanges [s;10 externalName s;11 externalTrafficPolicy s;12 healthCheckNodePort i;13 publishNotReadyAddresses o;14 sessionAffinityConfig 154;17 ipFamilyPolicy s;18 clusterIPs [s;19 ipFamilies [s;20 allocateLoadBalancerNodePorts o;21 loadBalancerClass s;22 internalTrafficPolicy s;23 trafficDistribution s
        k8s.io.api.core.v1.ServiceStatus:1 loadBalancer 155;2 conditions [156
        k8s.io.api.core.v1.ObjectReference:1 kind s;2 namespace s;3 name s;4 uid s;5 apiVersion s;6 resourceVersion s;7 fieldPath s
        k8s.io.api.core.v1.LocalObjectReference:1 name s
        k8s.io.api.core.v1.EventSource:1 component s;2 host s
        k8s.io.apimachinery.pkg.apis.meta.v1.Time:1 seconds i;2 nanos i
        k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime:1 seconds i;2 nanos i
        k8s.io.api.core.v1.EventSeries:1 count i;2 lastObservedTime 61
        k8s.io.api.core.v1.NodeSpec:1 podCIDR s;2 externalID s;3 providerID s;4 unschedulable o;5 taints [157;6 configSource 158;7 podCIDRs [s;8 podPreemptionPolicy 159
        k8s.io.api.core.v1.NodeStatus:1 capacity {137;2 allocatable {137;3 phase s;4 conditions [160;5 addresses [161;6 daemonEndpoints 162;7 nodeInfo 163;8 images [164;9 volumesInUse [s;10 volumesAttached [165;11 config 166;12 runtimeHandlers [167;13 features 168;14 declaredFeatures [s
        k8s.io.api.core.v1.EndpointSubset:1 addresses [169;2 notReadyAddresses [169;3 ports [170
        k8s.io.api.core.v1.ResourceQuotaSpec:1 hard {137;2 scopes [s;3 scopeSelector 171
        k8s.io.api.core.v1.ResourceQuotaStatus:1 hard {137;2 used {137
        k8s.io.api.core.v1.LimitRangeSpec:1 limits [172
        k8s.io.api.core.v1.PersistentVolumeSpec:1 capacity {137;2 persistentVolumeSource =173;3 accessModes [s;4 claimRef 57;5 persistentVolumeReclaimPolicy s;6 storageClassName s;7 mountOptions [s;8 volumeMode s;9 nodeAffinity 174;10 volumeAttributesClassName s
        k8s.io.api.core.v1.PersistentVolumeStatus:1 phase s;2 message s;3 reason s;4 lastPhaseTransitionTime 60
        k8s.io.api.core.v1.PersistentVolumeClaimSpec:1 accessModes [s;2 resources 176;3 volumeName s;4 selector 175;5 storageClassName s;6 volumeMode s;7 dataSource 177;8 dataSourceRef 178;9 volumeAttributesClassName s
        k8s.io.api.core.v1.PersistentVolumeClaimStatus:1 phase s;2 accessModes [s;3 capacity {137;4 conditions [179;5 allocatedResources {137;7 allocatedResourceStatuses {s;8 currentVolumeAttributesClassName s;9 modifyVolumeStatus 180;10 healthStatus 181
        k8s.io.api.core.v1.PodTemplateSpec:1 metadata 50;2 spec 53
        k8s.io.api.core.v1.ReplicationControllerSpec:1 replicas i;2 selector {s;3 template 73;4 minReadySeconds i
        k8s.io.api.core.v1.ReplicationControllerStatus:1 replicas i;2 fullyLabeledReplicas i;3 observedGeneration i;4 readyReplicas i;5 availableReplicas i;6 conditions [182
        k8s.io.api.apps.v1.DeploymentSpec:1 replicas i;2 selector 175;3 template 73;4 strategy 183;5 minReadySeconds i;6 revisionHistoryLimit i;7 paused o;9 progressDeadlineSeconds i
        k8s.io.api.apps.v1.DeploymentStatus:1 observedGeneration i;2 replicas i;3 updatedReplicas i;4 availableReplicas i;5 unavailableReplicas i;6 conditions [184;7 readyReplicas i;8 collisionCount i;9 terminatingReplicas i
        k8s.io.api.apps.v1.ReplicaSetSpec:1 replicas i;2 selector 175;3 template 73;4 minReadySeconds i
        k8s.io.api.apps.v1.ReplicaSetStatus:1 replicas i;2 fullyLabeledReplicas i;3 observedGeneration i;4 readyReplicas i;5 availableReplicas i;6 conditions [185;7 terminatingReplicas i
        k8s.io.api.apps.v1.StatefulSetSpec:1 replicas i;2 selector 175;3 template 73;4 volumeClaimTemplates [12;5 serviceName s;6 podManagementPolicy s;7 updateStrategy 186;8 revisionHistoryLimit i;9 minReadySeconds i;10 persistentVolumeClaimRetentionPolicy 187;11 ordinals 188
        k8s.io.api.apps.v1.StatefulSetStatus:1 observedGeneration i;2 replicas i;3 readyReplicas i;4 currentReplicas i;5 updatedReplicas i;6 currentRevision s;7 updateRevision s;9 collisionCount i;10 conditions [189;11 availableReplicas i
        k8s.io.api.apps.v1.DaemonSetSpec:1 selector 175;2 template 73;3 updateStrategy 190;4 minReadySeconds i;6 revisionHistoryLimit i
        k8s.io.api.apps.v1.DaemonSetStatus:1 currentNumberScheduled i;2 numberMisscheduled i;3 desiredNumberScheduled i;4 numberReady i;5 observedGeneration i;6 updatedNumberScheduled i;7 numberAvailable i;8 numberUnavailable i;9 collisionCount i;10 conditions [191
        k8s.io.apimachinery.pkg.runtime.RawExtension:1 raw b
        k8s.io.api.batch.v1.JobSpec:1 parallelism i;2 completions i;3 activeDeadlineSeconds i;4 selector 175;5 manualSelector o;6 template 73;7 backoffLimit i;8 ttlSecondsAfterFinished i;9 completionMode s;10 suspend o;11 podFailurePolicy 192;12 backoffLimitPerIndex i;13 maxFailedIndexes i;14 podReplacementPolicy s;15 managedBy s;16 successPolicy 193;17 scheduling 194
        k8s.io.api.batch.v1.JobStatus:1 conditions [195;2 startTime 60;3 completionTime 60;4 active i;5 succeeded i;6 failed i;7 completedIndexes s;8 uncountedTerminatedPods 196;9 ready i;10 failedIndexes s;11 terminating i
        k8s.io.api.batch.v1.CronJobSpec:1 schedule s;2 startingDeadlineSeconds i;3 concurrencyPolicy s;4 suspend o;5 jobTemplate 197;6 successfulJobsHistoryLimit i;7 failedJobsHistoryLimit i;8 timeZone s
        k8s.io.api.batch.v1.CronJobStatus:1 active [57;4 lastScheduleTime 60;5 lastSuccessfulTime 60
        k8s.io.api.autoscaling.v1.ScaleSpec:1 replicas i
        k8s.io.api.autoscaling.v1.ScaleStatus:1 replicas i;2 selector s
        k8s.io.api.autoscaling.v1.HorizontalPodAutoscalerSpec:1 scaleTargetRef 198;2 minReplicas i;3 maxReplicas i;4 targetCPUUtilizationPercentage i
        k8s.io.api.autoscaling.v1.HorizontalPodAutoscalerStatus:1 observedGeneration i;2 lastScaleTime 60;3 currentReplicas i;4 desiredReplicas i;5 currentCPUUtilizationPercentage i
        k8s.io.api.autoscaling.v2.HorizontalPodAutoscalerSpec:1 scaleTargetRef 199;2 minReplicas i;3 maxReplicas i;4 metrics [200;5 behavior 201
        k8s.io.api.autoscaling.v2.HorizontalPodAutoscalerStatus:1 observedGeneration i;2 lastScaleTime 60;3 currentReplicas i;4 desiredReplicas i;5 currentMetrics [202;6 conditions [203
        k8s.io.api.policy.v1.PodDisruptionBudgetSpec:1 minAvailable 204;2 selector 175;3 maxUnavailable 204;4 unhealthyPodEvictionPolicy s
        k8s.io.api.policy.v1.PodDisruptionBudgetStatus:1 observedGeneration i;2 disruptedPods {60;3 disruptionsAllowed i;4 currentHealthy i;5 desiredHealthy i;6 expectedPods i;7 conditions [156
        k8s.io.api.rbac.v1.PolicyRule:1 verbs [s;2 apiGroups [s;3 resources [s;4 resourceNames [s;5 nonResourceURLs [s
        k8s.io.api.rbac.v1.Subject:1 kind s;2 apiGroup s;3 name s;4 namespace s
        k8s.io.api.rbac.v1.RoleRef:1 apiGroup s;2 kind s;3 name s
        k8s.io.api.rbac.v1.AggregationRule:1 clusterRoleSelectors [175
        k8s.io.api.networking.v1.IngressSpec:1 defaultBackend 205;2 tls [206;3 rules [207;4 ingressClassName s
        k8s.io.api.networking.v1.IngressStatus:1 loadBalancer 208
        k8s.io.api.networking.v1.IngressClassSpec:1 controller s;2 parameters 209
        k8s.io.api.networking.v1.NetworkPolicySpec:1 podSelector 175;2 ingress [210;3 egress [211;4 policyTypes [s
        k8s.io.api.coordination.v1.LeaseSpec:1 holderIdentity s;2 leaseDurationSeconds i;3 acquireTime 61;4 renewTime 61;5 leaseTransitions i;6 strategy s;7 preferredHolder s
        k8s.io.api.discovery.v1.Endpoint:1 addresses [s;2 conditions 212;3 hostname s;4 targetRef 57;5 deprecatedTopology {s;6 nodeName s;7 zone s;8 hints 213
        k8s.io.api.discovery.v1.EndpointPort:1 name s;2 protocol s;3 port i;4 appProtocol s
        k8s.io.api.events.v1.EventSeries:1 count i;2 lastObservedTime 61
        k8s.io.api.admissionregistration.v1.MutatingWebhook:1 name s;2 clientConfig 214;3 rules [215;4 failurePolicy s;5 namespaceSelector 175;6 sideEffects s;7 timeoutSeconds i;8 admissionReviewVersions [s;9 matchPolicy s;10 reinvocationPolicy s;11 objectSelector 175;12 matchConditions [216
        k8s.io.api.admissionregistration.v1.ValidatingWebhook:1 name s;2 clientConfig 214;3 rules [215;4 failurePolicy s;5 namespaceSelector 175;6 sideEffects s;7 timeoutSeconds i;8 admissionReviewVersions [s;9 matchPolicy s;10 objectSelector 175;11 matchConditions [216
        k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicySpec:1 paramKind 217;2 matchConstraints 218;3 validations [219;4 failurePolicy s;5 auditAnnotations [220;6 matchConditions [216;7 variables [221
        k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus:1 observedGeneration i;2 typeChecking 222;3 conditions [156
        k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec:1 policyName s;2 paramRef 223;3 matchResources 218;4 validationActions [s
        k8s.io.api.authentication.v1.TokenRequestSpec:1 audiences [s;3 boundObjectRef 224;4 expirationSeconds i;5 attestations {225
        k8s.io.api.authentication.v1.TokenRequestStatus:1 token s;2 expirationTimestamp 60
        k8s.io.api.authentication.v1.TokenReviewSpec:1 token s;2 audiences [s
        k8s.io.api.authentication.v1.TokenReviewStatus:1 authenticated o;2 user 226;3 error s;4 audiences [s
        k8s.io.api.authentication.v1.SelfSubjectReviewStatus:1 userInfo 226
        k8s.io.api.authorization.v1.SubjectAccessReviewSpec:1 resourceAttributes 227;2 nonResourceAttributes 228;3 user s;4 groups [s;5 extra {229;6 uid s
        k8s.io.api.authorization.v1.SubjectAccessReviewStatus:1 allowed o;2 reason s;3 evaluationError s;4 denied o
        k8s.io.api.authorization.v1.SelfSubjectAccessReviewSpec:1 resourceAttributes 227;2 nonResourceAttributes 228
        k8s.io.api.authorization.v1.SelfSubjectRulesReviewSpec:1 namespace s
        k8s.io.api.authorization.v1.SubjectRulesReviewStatus:1 resourceRules [230;2 nonResourceRules [231;3 incomplete o;4 evaluationError s
        k8s.io.apimachinery.pkg.apis.meta.v1.Preconditions:1 uid s;2 resourceVersion s
        k8s.io.apimachinery.pkg.apis.meta.v1.OwnerReference:1 kind s;3 name s;4 uid s;5 apiVersion s;6 controller o;7 blockOwnerDeletion o
        k8s.io.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry:1 manager s;2 operation s;3 apiVersion s;4 time 60;6 fieldsType s;7 fieldsV1 232;8 subresource s
        k8s.io.api.core.v1.NamespaceCondition:1 type s;2 status s;4 lastTransitionTime 60;5 reason s;6 message s
        k8s.io.api.core.v1.Volume:1 name s;2 volumeSource =233
        k8s.io.api.core.v1.Container:1 name s;2 image s;3 command [s;4 args [s;5 workingDir s;6 ports [234;7 env [236;8 resources 142;9 volumeMounts [239;10 livenessProbe 241;11 readinessProbe 241;12 lifecycle 242;13 terminationMessagePath s;14 imagePullPolicy s;15 securityContext 243;16 stdin o;17 stdinOnce o;18 tty o;19 envFrom [235;20 terminationMessagePolicy s;21 volumeDevices [240;22 startupProbe 241;23 resizePolicy [237;24 restartPolicy s;25 restartPolicyRules [238
        k8s.io.api.core.v1.EphemeralContainer:1 ephemeralContainerCommon =244;2 targetContainerName s
        k8s.io.api.core.v1.PodSecurityContext:1 seLinuxOptions 245;2 runAsUser i;3 runAsNonRoot o;4 supplementalGroups [i;5 fsGroup i;6 runAsGroup i;7 sysctls [247;8 windowsOptions 246;9 fsGroupChangePolicy s;10 seccompProfile 248;11 appArmorProfile 249;12 supplementalGroupsPolicy s;13 seLinuxChangePolicy s
        k8s.io.api.core.v1.Affinity:1 nodeAffinity 250;2 podAffinity 251;3 podAntiAffinity 252
        k8s.io.api.core.v1.Toleration:1 key s;2 operator s;3 value s;4 effect s;5 tolerationSeconds i
        k8s.io.api.core.v1.HostAlias:1 ip s;2 hostnames [s
        k8s.io.api.core.v1.PodDNSConfig:1 nameservers [s;2 searches [s;3 options [253
        k8s.io.api.core.v1.PodReadinessGate:1 conditionType s
        k8s.io.apimachinery.pkg.api.resource.Quantity:1 string s
        k8s.io.api.core.v1.TopologySpreadConstraint:1 maxSkew i;2 topologyKey s;3 whenUnsatisfiable s;4 labelSelector 175;5 minDomains i;6 nodeAffinityPolicy s;7 nodeTaintsPolicy s;8 matchLabelKeys [s
        k8s.io.api.core.v1.PodOS:1 name s
        k8s.io.api.core.v1.PodSchedulingGate:1 name s
        k8s.io.api.core.v1.PodResourceClaim:1 name s;3 resourceClaimName s;4 resourceClaimTemplateName s
        k8s.io.api.core.v1.ResourceRequirements:1 limits {137;2 requests {137;3 claims [254
        k8s.io.api.core.v1.PodSchedulingGroup:1 podGroupName s
        k8s.io.api.core.v1.EvictionResponder:1 name s;2 priority i
        k8s.io.api.core.v1.PodCondition:1 type s;2 status s;3 lastProbeTime 60;4 lastTransitionTime 60;5 reason s;6 message s;7 observedGeneration i
        k8s.io.api.core.v1.HostIP:1 ip s
        k8s.io.api.core.v1.PodIP:1 ip s
        k8s.io.api.core.v1.ContainerStatus:1 name s;2 state 255;3 lastState 255;4 ready o;5 restartCount i;6 image s;7 imageID s;8 containerID s;9 started o;10 allocatedResources {137;11 resources 142;12 volumeMounts [256;13 user 257;14 allocatedResourcesStatus [258;15 stopSignal s
        k8s.io.api.core.v1.PodResourceClaimStatus:1 name s;2 resourceClaimName s
        k8s.io.api.core.v1.PodExtendedResourceClaimStatus:1 requestMappings [259;2 resourceClaimName s
        k8s.io.api.core.v1.NodeAllocatableResourceClaimStatus:1 resourceClaimName s;2 containers [s;4 mapping [260;5 overhead [261
        k8s.io.api.core.v1.PodVolumeHealth:1 name s;2 healthConditions [262;3 lastTransitionTime 60
        k8s.io.api.core.v1.ServicePort:1 name s;2 protocol s;3 port i;4 targetPort 204;5 nodePort i;6 appProtocol s
        k8s.io.api.core.v1.SessionAffinityConfig:1 clientIP 263
        k8s.io.api.core.v1.LoadBalancerStatus:1 ingress [264
        k8s.io.apimachinery.pkg.apis.meta.v1.Condition:1 type s;2 status s;3 observedGeneration i;4 lastTransitionTime 60;5 reason s;6 message s
        k8s.io.api.core.v1.Taint:1 key s;2 value s;3 effect s;4 timeAdded 60
        k8s.io.api.core.v1.NodeConfigSource:2 configMap 265
        k8s.io.api.core.v1.NodePodPreemptionPolicy:1 disableResizePreemption [s
        k8s.io.api.core.v1.NodeCondition:1 type s;2 status s;3 lastHeartbeatTime 60;4 lastTransitionTime 60;5 reason s;6 message s
        k8s.io.api.core.v1.NodeAddress:1 type s;2 address s
        k8s.io.api.core.v1.NodeDaemonEndpoints:1 kubeletEndpoint 266
        k8s.io.api.core.v1.NodeSystemInfo:1 machineID s;2 systemUUID s;3 bootID s;4 kernelVersion s;5 osImage s;6 containerRuntimeVersion s;7 kubeletVersion s;8 kubeProxyVersion s;9 operatingSystem s;10 architecture s;11 swap 267
        k8s.io.api.core.v1.ContainerImage:1 names [s;2 sizeBytes i
        k8s.io.api.core.v1.AttachedVolume:1 name s;2 devicePath s
        k8s.io.api.core.v1.NodeConfigStatus:1 assigned 158;2 active 158;3 lastKnownGood 158;4 error s
        k8s.io.api.core.v1.NodeRuntimeHandler:1 name s;2 features 268
        k8s.io.api.core.v1.NodeFeatures:1 supplementalGroupsPolicy o
        k8s.io.api.core.v1.EndpointAddress:1 ip s;2 targetRef 57;3 hostname s;4 nodeName s
        k8s.io.api.core.v1.EndpointPort:1 name s;2 port i;3 protocol s;4 appProtocol s
        k8s.io.api.core.v1.ScopeSelector:1 matchExpressions [269
        k8s.io.api.core.v1.LimitRangeItem:1 type s;2 max {137;3 min {137;4 default {137;5 defaultRequest {137;6 maxLimitRequestRatio {137
        k8s.io.api.core.v1.PersistentVolumeSource:1 gcePersistentDisk 270;2 awsElasticBlockStore 271;3 hostPath 272;4 glusterfs 273;5 nfs 274;6 rbd 275;7 iscsi 276;8 cinder 277;9 cephfs 278;10 fc 279;11 flocker 280;12 flexVolume 281;13 azureFile 282;14 vsphereVolume 283;15 quobyte 284;16 azureDisk 285;17 photonPersistentDisk 286;18 portworxVolume 287;19 scaleIO 288;20 local 289;21 storageos 290;22 csi 291
        k8s.io.api.core.v1.VolumeNodeAffinity:1 required 292
        k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector:1 matchLabels {s;2 matchExpressions [293
        k8s.io.api.core.v1.VolumeResourceRequirements:1 limits {137;2 requests {137
        k8s.io.api.core.v1.TypedLocalObjectReference:1 apiGroup s;2 kind s;3 name s
        k8s.io.api.core.v1.TypedObjectReference:1 apiGroup s;2 kind s;3 name s;4 namespace s
        k8s.io.api.core.v1.PersistentVolumeClaimCondition:1 type s;2 status s;3 lastProbeTime 60;4 lastTransitionTime 60;5 reason s;6 message s
        k8s.io.api.core.v1.ModifyVolumeStatus:1 targetVolumeAttributesClassName s;2 status s
        k8s.io.api.core.v1.VolumeHealthStatus:1 healthConditions [262;2 lastTransitionTime 60
        k8s.io.api.core.v1.ReplicationControllerCondition:1 type s;2 status s;3 lastTransitionTime 60;4 reason s;5 message s
        k8s.io.api.apps.v1.DeploymentStrategy:1 type s;2 rollingUpdate 294
        k8s.io.api.apps.v1.DeploymentCondition:1 type s;2 status s;4 reason s;5 message s;6 lastUpdateTime 60;7 lastTransitionTime 60
        k8s.io.api.apps.v1.ReplicaSetCondition:1 type s;2 status s;3 lastTransitionTime 60;4 reason s;5 message s
        k8s.io.api.apps.v1.StatefulSetUpdateStrategy:1 type s;2 rollingUpdate 295
        k8s.io.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy:1 whenDeleted s;2 whenScaled s
        k8s.io.api.apps.v1.StatefulSetOrdinals:1 start i
        k8s.io.api.apps.v1.StatefulSetCondition:1 type s;2 status s;3 lastTransitionTime 60;4 reason s;5 message s
        k8s.io.api.apps.v1.DaemonSetUpdateStrategy:1 type s;2 rollingUpdate 296
        k8s.io.api.apps.v1.DaemonSetCondition:1 type s;2 status s;3 lastTransitionTime 60;4 reason s;5 message s
        k8s.io.api.batch.v1.PodFailurePolicy:1 rules [297
        k8s.io.api.batch.v1.SuccessPolicy:1 rules [298
        k8s.io.api.batch.v1.JobSchedulingConfiguration:1 schedulingPolicy 299;2 schedulingConstraints 300;3 disruptionMode 301;4 resourceClaims [302
        k8s.io.api.batch.v1.JobCondition:1 type s;2 status s;3 lastProbeTime 60;4 lastTransitionTime 60;5 reason s;6 message s
        k8s.io.api.batch.v1.UncountedTerminatedPods:1 succeeded [s;2 failed [s
        k8s.io.api.batch.v1.JobTemplateSpec:1 metadata 50;2 spec 85
        k8s.io.api.autoscaling.v1.CrossVersionObjectReference:1 kind s;2 name s;3 apiVersion s
        k8s.io.api.autoscaling.v2.CrossVersionObjectReference:1 kind s;2 name s;3 apiVersion s
        k8s.io.api.autoscaling.v2.MetricSpec:1 type s;2 object 303;3 pods 304;4 resource 305;5 external 307;7 containerResource 306
        k8s.io.api.autoscaling.v2.HorizontalPodAutoscalerBehavior:1 scaleUp 308;2 scaleDown 308
        k8s.io.api.autoscaling.v2.MetricStatus:1 type s;2 object 309;3 pods 310;4 resource 311;5 external 313;7 containerResource 312
        k8s.io.api.autoscaling.v2.HorizontalPodAutoscalerCondition:1 type s;2 status s;3 lastTransitionTime 60;4 reason s;5 message s;6 observedGeneration i
        k8s.io.apimachinery.pkg.util.intstr.IntOrString:1 type i;2 intVal i;3 strVal s
        k8s.io.api.networking.v1.IngressBackend:3 resource 177;4 service 314
        k8s.io.api.networking.v1.IngressTLS:1 hosts [s;2 secretName s
        k8s.io.api.networking.v1.IngressRule:1 host s;2 ingressRuleValue 315
        k8s.io.api.networking.v1.IngressLoadBalancerStatus:1 ingress [316
        k8s.io.api.networking.v1.IngressClassParametersReference:1 aPIGroup s;2 kind s;3 name s;4 scope s;5 namespace s
        k8s.io.api.networking.v1.NetworkPolicyIngressRule:1 ports [317;2 from [318
        k8s.io.api.networking.v1.NetworkPolicyEgressRule:1 ports [317;2 to [318
        k8s.io.api.discovery.v1.EndpointConditions:1 ready o;2 serving o;3 terminating o
        k8s.io.api.discovery.v1.EndpointHints:1 forZones [319;2 forNodes [320
        k8s.io.api.admissionregistration.v1.WebhookClientConfig:1 service 321;2 caBundle b;3 url s
        k8s.io.api.admissionregistration.v1.RuleWithOperations:1 operations [s;2 rule =322
        k8s.io.api.admissionregistration.v1.MatchCondition:1 name s;2 expression s
        k8s.io.api.admissionregistration.v1.ParamKind:1 apiVersion s;2 kind s
        k8s.io.api.admissionregistration.v1.MatchResources:1 namespaceSelector 175;2 objectSelector 175;3 resourceRules [323;4 excludeResourceRules [323;7 matchPolicy s
        k8s.io.api.admissionregistration.v1.Validation:1 Expression s;2 message s;3 reason s;4 messageExpression s
        k8s.io.api.admissionregistration.v1.AuditAnnotation:1 key s;2 valueExpression s
        k8s.io.api.admissionregistration.v1.Variable:1 Name s;2 Expression s
        k8s.io.api.admissionregistration.v1.TypeChecking:1 expressionWarnings [324
        k8s.io.api.admissionregistration.v1.ParamRef:1 name s;2 namespace s;3 selector 175;4 parameterNotFoundAction s
        k8s.io.api.authentication.v1.BoundObjectReference:1 kind s;2 apiVersion s;3 name s;4 uID s
        k8s.io.api.authentication.v1.AttestationValue:1 items [s
        k8s.io.api.authentication.v1.UserInfo:1 username s;2 uid s;3 groups [s;4 extra {325
        k8s.io.api.authorization.v1.ResourceAttributes:1 namespace s;2 verb s;3 group s;4 version s;5 resource s;6 subresource s;7 name s;8 fieldSelector 326;9 labelSelector 327
        k8s.io.api.authorization.v1.NonResourceAttributes:1 path s;2 verb s
        k8s.io.api.authorization.v1.ExtraValue:1 items [s
        k8s.io.api.authorization.v1.ResourceRule:1 verbs [s;2 apiGroups [s;3 resources [s;4 resourceNames [s
        k8s.io.api.authorization.v1.NonResourceRule:1 verbs [s;2 nonResourceURLs [s
        k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1:1 Raw b
        k8s.io.api.core.v1.VolumeSource:1 hostPath 272;2 emptyDir 328;3 gcePersistentDisk 270;4 awsElasticBlockStore 271;5 gitRepo 329;6 secret 330;7 nfs 274;8 iscsi 331;9 glusterfs 332;10 persistentVolumeClaim 333;11 rbd 334;12 flexVolume 335;13 cinder 336;14 cephfs 337;15 flocker 280;16 downwardAPI 338;17 fc 279;18 azureFile 339;19 configMap 340;20 vsphereVolume 283;21 quobyte 284;22 azureDisk 285;23 photonPersistentDisk 286;24 portworxVolume 287;25 scaleIO 342;26 projected 341;27 storageos 343;28 csi 344;29 ephemeral 345;30 image 346
        k8s.io.api.core.v1.ContainerPort:1 name s;2 hostPort i;3 containerPort i;4 protocol s;5 hostIP s
        k8s.io.api.core.v1.EnvFromSource:1 prefix s;2 configMapRef 347;3 secretRef 348
        k8s.io.api.core.v1.EnvVar:1 name s;2 value s;3 valueFrom 349
        k8s.io.api.core.v1.ContainerResizePolicy:1 resourceName s;2 restartPolicy s
        k8s.io.api.core.v1.ContainerRestartRule:1 action s;2 exitCodes 350
        k8s.io.api.core.v1.VolumeMount:1 name s;2 readOnly o;3 mountPath s;4 subPath s;5 mountPropagation s;6 subPathExpr s;7 recursiveReadOnly s;8 bindMountOptions [s
        k8s.io.api.core.v1.VolumeDevice:1 name s;2 devicePath s
        k8s.io.api.core.v1.Probe:1 handler =351;2 initialDelaySeconds i;3 timeoutSeconds i;4 periodSeconds i;5 successThreshold i;6 failureThreshold i;7 terminationGracePeriodSeconds i
        k8s.io.api.core.v1.Lifecycle:1 postStart 352;2 preStop 352;3 stopSignal s
        k8s.io.api.core.v1.SecurityContext:1 capabilities 353;2 privileged o;3 seLinuxOptions 245;4 runAsUser i;5 runAsNonRoot o;6 readOnlyRootFilesystem o;7 allowPrivilegeEscalation o;8 runAsGroup i;9 procMount s;10 windowsOptions 246;11 seccompProfile 248;12 appArmorProfile 249
        k8s.io.api.core.v1.EphemeralContainerCommon:1 name s;2 image s;3 command [s;4 args [s;5 workingDir s;6 ports [234;7 env [236;8 resources 142;9 volumeMounts [239;10 livenessProbe 241;11 readinessProbe 241;12 lifecycle 242;13 terminationMessagePath s;14 imagePullPolicy s;15 securityContext 243;16 stdin o;17 stdinOnce o;18 tty o;19 envFrom [235;20 terminationMessagePolicy s;21 volumeDevices [240;22 startupProbe 241;23 resizePolicy [237;24 restartPolicy s;25 restartPolicyRules [238
        k8s.io.api.core.v1.SELinuxOptions:1 user s;2 role s;3 type s;4 level s
        k8s.io.api.core.v1.WindowsSecurityContextOptions:1 gmsaCredentialSpecName s;2 gmsaCredentialSpec s;3 runAsUserName s;4 hostProcess o
        k8s.io.api.core.v1.Sysctl:1 name s;2 value s
        k8s.io.api.core.v1.SeccompProfile:1 type s;2 localhostProfile s
        k8s.io.api.core.v1.AppArmorProfile:1 type s;2 localhostProfile s
        k8s.io.api.core.v1.NodeAffinity:1 requiredDuringSchedulingIgnoredDuringExecution 292;2 preferredDuringSchedulingIgnoredDuringExecution [354
        k8s.io.api.core.v1.PodAffinity:1 requiredDuringSchedulingIgnoredDuringExecution [355;2 preferredDuringSchedulingIgnoredDuringExecution [356
        k8s.io.api.core.v1.PodAntiAffinity:1 requiredDuringSchedulingIgnoredDuringExecution [355;2 preferredDuringSchedulingIgnoredDuringExecution [356
        k8s.io.api.core.v1.PodDNSConfigOption:1 name s;2 value s
        k8s.io.api.core.v1.ResourceClaim:1 name s;2 request s
        k8s.io.api.core.v1.ContainerState:1 waiting 357;2 running 358;3 terminated 359
        k8s.io.api.core.v1.VolumeMountStatus:1 name s;2 mountPath s;3 readOnly o;4 recursiveReadOnly s;5 volumeStatus 360
        k8s.io.api.core.v1.ContainerUser:1 linux 361
        k8s.io.api.core.v1.ResourceStatus:1 name s;2 resources [362
        k8s.io.api.core.v1.ContainerExtendedResourceRequest:1 containerName s;2 resourceName s;3 requestName s
        k8s.io.api.core.v1.NodeAllocatableMappedResources:1 name s;2 quantity 137
        k8s.io.api.core.v1.NodeAllocatableOverheadResources:1 name s;2 perPod 137;3 perContainer 137
        k8s.io.api.core.v1.VolumeHealthCondition:1 status s;2 reason s;3 message s
        k8s.io.api.core.v1.ClientIPConfig:1 timeoutSeconds i
        k8s.io.api.core.v1.LoadBalancerIngress:1 ip s;2 hostname s;3 ipMode s;4 ports [363
        k8s.io.api.core.v1.ConfigMapNodeConfigSource:1 namespace s;2 name s;3 uid s;4 resourceVersion s;5 kubeletConfigKey s
        k8s.io.api.core.v1.DaemonEndpoint:1 Port i
        k8s.io.api.core.v1.NodeSwapStatus:1 capacity i
        k8s.io.api.core.v1.NodeRuntimeHandlerFeatures:1 recursiveReadOnlyMounts o;2 userNamespaces o
        k8s.io.api.core.v1.ScopedResourceSelectorRequirement:1 scopeName s;2 operator s;3 values [s
        k8s.io.api.core.v1.GCEPersistentDiskVolumeSource:1 pdName s;2 fsType s;3 partition i;4 readOnly o
        k8s.io.api.core.v1.AWSElasticBlockStoreVolumeSource:1 volumeID s;2 fsType s;3 partition i;4 readOnly o
        k8s.io.api.core.v1.HostPathVolumeSource:1 path s;2 type s
        k8s.io.api.core.v1.GlusterfsPersistentVolumeSource:1 endpoints s;2 path s;3 readOnly o;4 endpointsNamespace s
        k8s.io.api.core.v1.NFSVolumeSource:1 server s;2 path s;3 readOnly o
        k8s.io.api.core.v1.RBDPersistentVolumeSource:1 monitors [s;2 image s;3 fsType s;4 pool s;5 user s;6 keyring s;7 secretRef 364;8 readOnly o
        k8s.io.api.core.v1.ISCSIPersistentVolumeSource:1 targetPortal s;2 iqn s;3 lun i;4 iscsiInterface s;5 fsType s;6 readOnly o;7 portals [s;8 chapAuthDiscovery o;10 secretRef 364;11 chapAuthSession o;12 initiatorName s
        k8s.io.api.core.v1.CinderPersistentVolumeSource:1 volumeID s;2 fsType s;3 readOnly o;4 secretRef 364
        k8s.io.api.core.v1.CephFSPersistentVolumeSource:1 monitors [s;2 path s;3 user s;4 secretFile s;5 secretRef 364;6 readOnly o
        k8s.io.api.core.v1.FCVolumeSource:1 targetWWNs [s;2 lun i;3 fsType s;4 readOnly o;5 wwids [s
        k8s.io.api.core.v1.FlockerVolumeSource:1 datasetName s;2 datasetUUID s
        k8s.io.api.core.v1.FlexPersistentVolumeSource:1 driver s;2 fsType s;3 secretRef 364;4 readOnly o;5 options {s
        k8s.io.api.core.v1.AzureFilePersistentVolumeSource:1 secretName s;2 shareName s;3 readOnly o;4 secretNamespace s
        k8s.io.api.core.v1.VsphereVirtualDiskVolumeSource:1 volumePath s;2 fsType s;3 storagePolicyName s;4 storagePolicyID s
        k8s.io.api.core.v1.QuobyteVolumeSource:1 registry s;2 volume s;3 readOnly o;4 user s;5 group s;6 tenant s
        k8s.io.api.core.v1.AzureDiskVolumeSource:1 diskName s;2 diskURI s;3 cachingMode s;4 fsType s;5 readOnly o;6 kind s
        k8s.io.api.core.v1.PhotonPersistentDiskVolumeSource:1 pdID s;2 fsType s
        k8s.io.api.core.v1.PortworxVolumeSource:1 volumeID s;2 fsType s;3 readOnly o
        k8s.io.api.core.v1.ScaleIOPersistentVolumeSource:1 gateway s;2 system s;3 secretRef 364;4 sslEnabled o;5 protectionDomain s;6 storagePool s;7 storageMode s;8 volumeName s;9 fsType s;10 readOnly o
        k8s.io.api.core.v1.LocalVolumeSource:1 path s;2 fsType s
        k8s.io.api.core.v1.StorageOSPersistentVolumeSource:1 volumeName s;2 volumeNamespace s;3 fsType s;4 readOnly o;5 secretRef 57
        k8s.io.api.core.v1.CSIPersistentVolumeSource:1 driver s;2 volumeHandle s;3 readOnly o;4 fsType s;5 volumeAttributes {s;6 controllerPublishSecretRef 364;7 nodeStageSecretRef 364;8 nodePublishSecretRef 364;9 controllerExpandSecretRef 364;10 nodeExpandSecretRef 364
        k8s.io.api.core.v1.NodeSelector:1 nodeSelectorTerms [365
        k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement:1 key s;2 operator s;3 values [s
        k8s.io.api.apps.v1.RollingUpdateDeployment:1 maxUnavailable 204;2 maxSurge 204
        k8s.io.api.apps.v1.RollingUpdateStatefulSetStrategy:1 partition i;2 maxUnavailable 204
        k8s.io.api.apps.v1.RollingUpdateDaemonSet:1 maxUnavailable 204;2 maxSurge 204
        k8s.io.api.batch.v1.PodFailurePolicyRule:1 action s;2 onExitCodes 366;3 onPodConditions [367
        k8s.io.api.batch.v1.SuccessPolicyRule:1 succeededIndexes s;2 succeededCount i
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy:1 basic 368;2 gang 369
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints:1 topology [370
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupDisruptionMode:1 single 371;2 all 372
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupResourceClaim:1 name s;2 resourceClaimName s;3 resourceClaimTemplateName s
        k8s.io.api.autoscaling.v2.ObjectMetricSource:1 describedObject 199;2 target 373;3 metric 374
        k8s.io.api.autoscaling.v2.PodsMetricSource:1 metric 374;2 target 373
        k8s.io.api.autoscaling.v2.ResourceMetricSource:1 name s;2 target 373
        k8s.io.api.autoscaling.v2.ContainerResourceMetricSource:1 name s;2 target 373;3 container s
        k8s.io.api.autoscaling.v2.ExternalMetricSource:1 metric 374;2 target 373
        k8s.io.api.autoscaling.v2.HPAScalingRules:1 selectPolicy s;2 policies [375;3 stabilizationWindowSeconds i;4 tolerance 137
        k8s.io.api.autoscaling.v2.ObjectMetricStatus:1 metric 374;2 current 376;3 describedObject 199
        k8s.io.api.autoscaling.v2.PodsMetricStatus:1 metric 374;2 current 376
        k8s.io.api.autoscaling.v2.ResourceMetricStatus:1 name s;2 current 376
        k8s.io.api.autoscaling.v2.ContainerResourceMetricStatus:1 name s;2 current 376;3 container s
        k8s.io.api.autoscaling.v2.ExternalMetricStatus:1 metric 374;2 current 376
        k8s.io.api.networking.v1.IngressServiceBackend:1 name s;2 port 377
        k8s.io.api.networking.v1.IngressRuleValue:1 http 378
        k8s.io.api.networking.v1.IngressLoadBalancerIngress:1 ip s;2 hostname s;4 ports [379
        k8s.io.api.networking.v1.NetworkPolicyPort:1 protocol s;2 port 204;3 endPort i
        k8s.io.api.networking.v1.NetworkPolicyPeer:1 podSelector 175;2 namespaceSelector 175;3 ipBlock 380
        k8s.io.api.discovery.v1.ForZone:1 name s
        k8s.io.api.discovery.v1.ForNode:1 name s
        k8s.io.api.admissionregistration.v1.ServiceReference:1 namespace s;2 name s;3 path s;4 port i
        k8s.io.api.admissionregistration.v1.Rule:1 apiGroups [s;2 apiVersions [s;3 resources [s;4 scope s
        k8s.io.api.admissionregistration.v1.NamedRuleWithOperations:1 resourceNames [s;2 ruleWithOperations =215
        k8s.io.api.admissionregistration.v1.ExpressionWarning:2 fieldRef s;3 warning s
        k8s.io.api.authentication.v1.ExtraValue:1 items [s
        k8s.io.api.authorization.v1.FieldSelectorAttributes:1 rawSelector s;2 requirements [381
        k8s.io.api.authorization.v1.LabelSelectorAttributes:1 rawSelector s;2 requirements [293
        k8s.io.api.core.v1.EmptyDirVolumeSource:1 medium s;2 sizeLimit 137;3 mode i
        k8s.io.api.core.v1.GitRepoVolumeSource:1 repository s;2 revision s;3 directory s
        k8s.io.api.core.v1.SecretVolumeSource:1 secretName s;2 items [382;3 defaultMode i;4 optional o;5 defaultUser i
        k8s.io.api.core.v1.ISCSIVolumeSource:1 targetPortal s;2 iqn s;3 lun i;4 iscsiInterface s;5 fsType s;6 readOnly o;7 portals [s;8 chapAuthDiscovery o;10 secretRef 58;11 chapAuthSession o;12 initiatorName s
        k8s.io.api.core.v1.GlusterfsVolumeSource:1 endpoints s;2 path s;3 readOnly o
        k8s.io.api.core.v1.PersistentVolumeClaimVolumeSource:1 claimName s;2 readOnly o
        k8s.io.api.core.v1.RBDVolumeSource:1 monitors [s;2 image s;3 fsType s;4 pool s;5 user s;6 keyring s;7 secretRef 58;8 readOnly o
        k8s.io.api.core.v1.FlexVolumeSource:1 driver s;2 fsType s;3 secretRef 58;4 readOnly o;5 options {s
        k8s.io.api.core.v1.CinderVolumeSource:1 volumeID s;2 fsType s;3 readOnly o;4 secretRef 58
        k8s.io.api.core.v1.CephFSVolumeSource:1 monitors [s;2 path s;3 user s;4 secretFile s;5 secretRef 58;6 readOnly o
        k8s.io.api.core.v1.DownwardAPIVolumeSource:1 items [383;2 defaultMode i;3 defaultUser i
        k8s.io.api.core.v1.AzureFileVolumeSource:1 secretName s;2 shareName s;3 readOnly o
        k8s.io.api.core.v1.ConfigMapVolumeSource:1 localObjectReference =58;2 items [382;3 defaultMode i;4 optional o;5 defaultUser i
        k8s.io.api.core.v1.ProjectedVolumeSource:1 sources [384;2 defaultMode i;3 defaultUser i
        k8s.io.api.core.v1.ScaleIOVolumeSource:1 gateway s;2 system s;3 secretRef 58;4 sslEnabled o;5 protectionDomain s;6 storagePool s;7 storageMode s;8 volumeName s;9 fsType s;10 readOnly o
        k8s.io.api.core.v1.StorageOSVolumeSource:1 volumeName s;2 volumeNamespace s;3 fsType s;4 readOnly o;5 secretRef 58
        k8s.io.api.core.v1.CSIVolumeSource:1 driver s;2 readOnly o;3 fsType s;4 volumeAttributes {s;5 nodePublishSecretRef 58
        k8s.io.api.core.v1.EphemeralVolumeSource:1 volumeClaimTemplate 385
        k8s.io.api.core.v1.ImageVolumeSource:1 reference s;2 pullPolicy s
        k8s.io.api.core.v1.ConfigMapEnvSource:1 localObjectReference =58;2 optional o
        k8s.io.api.core.v1.SecretEnvSource:1 localObjectReference =58;2 optional o
        k8s.io.api.core.v1.EnvVarSource:1 fieldRef 386;2 resourceFieldRef 387;3 configMapKeyRef 388;4 secretKeyRef 389;5 fileKeyRef 390
        k8s.io.api.core.v1.ContainerRestartRuleOnExitCodes:1 operator s;2 values [i
        k8s.io.api.core.v1.ProbeHandler:1 exec 391;2 httpGet 392;3 tcpSocket 393;4 grpc 394
        k8s.io.api.core.v1.LifecycleHandler:1 exec 391;2 httpGet 392;3 tcpSocket 393;4 sleep 395
        k8s.io.api.core.v1.Capabilities:1 add [s;2 drop [s
        k8s.io.api.core.v1.PreferredSchedulingTerm:1 weight i;2 preference 365
        k8s.io.api.core.v1.PodAffinityTerm:1 labelSelector 175;2 namespaces [s;3 topologyKey s;4 namespaceSelector 175;5 matchLabelKeys [s;6 mismatchLabelKeys [s
        k8s.io.api.core.v1.WeightedPodAffinityTerm:1 weight i;2 podAffinityTerm 355
        k8s.io.api.core.v1.ContainerStateWaiting:1 reason s;2 message s
        k8s.io.api.core.v1.ContainerStateRunning:1 startedAt 60
        k8s.io.api.core.v1.ContainerStateTerminated:1 exitCode i;2 signal i;3 reason s;4 message s;5 startedAt 60;6 finishedAt 60;7 containerID s
        k8s.io.api.core.v1.VolumeStatus:1 image 396
        k8s.io.api.core.v1.LinuxContainerUser:1 uid i;2 gid i;3 supplementalGroups [i
        k8s.io.api.core.v1.ResourceHealth:1 resourceID s;2 health s;6 message s
        k8s.io.api.core.v1.PortStatus:1 port i;2 protocol s;3 error s
        k8s.io.api.core.v1.SecretReference:1 name s;2 namespace s
        k8s.io.api.core.v1.NodeSelectorTerm:1 matchExpressions [397;2 matchFields [397
        k8s.io.api.batch.v1.PodFailurePolicyOnExitCodesRequirement:1 containerName s;2 operator s;3 values [i
        k8s.io.api.batch.v1.PodFailurePolicyOnPodConditionsPattern:1 type s;2 status s
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupBasicSchedulingPolicy:
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy:1 minCount i
        k8s.io.api.scheduling.v1alpha3.TopologyConstraint:1 key s
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupSingleDisruptionMode:
        k8s.io.api.scheduling.v1alpha3.WorkloadPodGroupAllDisruptionMode:
        k8s.io.api.autoscaling.v2.MetricTarget:1 type s;2 value 137;3 averageValue 137;4 averageUtilization i
        k8s.io.api.autoscaling.v2.MetricIdentifier:1 name s;2 selector 175
        k8s.io.api.autoscaling.v2.HPAScalingPolicy:1 type s;2 value i;3 periodSeconds i
        k8s.io.api.autoscaling.v2.MetricValueStatus:1 value 137;2 averageValue 137;3 averageUtilization i
        k8s.io.api.networking.v1.ServiceBackendPort:1 name s;2 number i
        k8s.io.api.networking.v1.HTTPIngressRuleValue:1 paths [398
        k8s.io.api.networking.v1.IngressPortStatus:1 port i;2 protocol s;3 error s
        k8s.io.api.networking.v1.IPBlock:1 cidr s;2 except [s
        k8s.io.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement:1 key s;2 operator s;3 values [s
        k8s.io.api.core.v1.KeyToPath:1 key s;2 path s;3 mode i;4 user i
        k8s.io.api.core.v1.DownwardAPIVolumeFile:1 path s;2 fieldRef 386;3 resourceFieldRef 387;4 mode i;5 user i
        k8s.io.api.core.v1.VolumeProjection:1 secret 399;2 downwardAPI 400;3 configMap 401;4 serviceAccountToken 402;5 clusterTrustBundle 403;6 podCertificate 404
        k8s.io.api.core.v1.PersistentVolumeClaimTemplate:1 metadata 50;2 spec 71
        k8s.io.api.core.v1.ObjectFieldSelector:1 apiVersion s;2 fieldPath s
        k8s.io.api.core.v1.ResourceFieldSelector:1 containerName s;2 resource s;3 divisor 137
        k8s.io.api.core.v1.ConfigMapKeySelector:1 localObjectReference =58;2 key s;3 optional o
        k8s.io.api.core.v1.SecretKeySelector:1 localObjectReference =58;2 key s;3 optional o
        k8s.io.api.core.v1.FileKeySelector:1 volumeName s;2 path s;3 key s;4 optional o
        k8s.io.api.core.v1.ExecAction:1 command [s
        k8s.io.api.core.v1.HTTPGetAction:1 path s;2 port 204;3 host s;4 scheme s;5 httpHeaders [405;6 protocol s
        k8s.io.api.core.v1.TCPSocketAction:1 port 204;2 host s
        k8s.io.api.core.v1.GRPCAction:1 port i;2 service s;3 mode s
        k8s.io.api.core.v1.SleepAction:1 seconds i
        k8s.io.api.core.v1.ImageVolumeStatus:1 imageRef s
        k8s.io.api.core.v1.NodeSelectorRequirement:1 key s;2 operator s;3 values [s
        k8s.io.api.networking.v1.HTTPIngressPath:1 path s;2 backend 205;3 pathType s
        k8s.io.api.core.v1.SecretProjection:1 localObjectReference =58;2 items [382;4 optional o
        k8s.io.api.core.v1.DownwardAPIProjection:1 items [383
        k8s.io.api.core.v1.ConfigMapProjection:1 localObjectReference =58;2 items [382;4 optional o
        k8s.io.api.core.v1.ServiceAccountTokenProjection:1 audience s;2 expirationSeconds i;3 path s;4 user i
        k8s.io.api.core.v1.ClusterTrustBundleProjection:1 name s;2 signerName s;3 labelSelector 175;4 path s;5 optional o;6 user i
        k8s.io.api.core.v1.PodCertificateProjection:1 signerName s;2 keyType s;3 maxExpirationSeconds i;4 credentialBundlePath s;5 keyPath s;6 certificateChainPath s;7 userAnnotations {s;8 user i
        k8s.io.api.core.v1.HTTPHeader:1 name s;2 value s
        """#
}
