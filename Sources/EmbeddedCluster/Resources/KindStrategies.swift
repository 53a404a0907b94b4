import KubeCore

/// Finds the strategy of a built-in kind.
package enum KindStrategies {
    /// The strategy of a kind in its storage group; one without rules of its own if the kind has none.
    package static func strategy(for kind: GroupKind, hasStatus: Bool) -> any KindStrategy {
        switch (kind.group, kind.kind) {
        case ("", "ConfigMap"): ConfigMapStrategy()
        case ("", "Endpoints"): EndpointsStrategy()
        case ("", "Event"): EventStrategy()
        case ("", "LimitRange"): LimitRangeStrategy()
        case ("", "Namespace"): NamespaceStrategy()
        case ("", "Node"): NodeStrategy()
        case ("", "PersistentVolume"): PersistentVolumeStrategy()
        case ("", "PersistentVolumeClaim"): PersistentVolumeClaimStrategy()
        case ("", "Pod"): PodStrategy()
        case ("", "PodTemplate"): PodTemplateStrategy()
        case ("", "ReplicationController"): ReplicaSetStrategy(isReplicationController: true)
        case ("", "ResourceQuota"): ResourceQuotaStrategy()
        case ("", "Secret"): SecretStrategy()
        case ("", "Service"): ServiceStrategy()
        case ("", "ServiceAccount"): ServiceAccountStrategy()
        case ("apps", "ControllerRevision"): ControllerRevisionStrategy()
        case ("apps", "DaemonSet"): DaemonSetStrategy()
        case ("apps", "Deployment"): DeploymentStrategy()
        case ("apps", "ReplicaSet"): ReplicaSetStrategy()
        case ("apps", "StatefulSet"): StatefulSetStrategy()
        case ("autoscaling", "HorizontalPodAutoscaler"): HorizontalPodAutoscalerStrategy()
        case ("batch", "CronJob"): CronJobStrategy()
        case ("batch", "Job"): JobStrategy()
        case ("coordination.k8s.io", "Lease"): LeaseStrategy()
        case ("discovery.k8s.io", "EndpointSlice"): EndpointSliceStrategy()
        case ("networking.k8s.io", "Ingress"): IngressStrategy()
        case ("networking.k8s.io", "IngressClass"): IngressClassStrategy()
        case ("networking.k8s.io", "NetworkPolicy"): NetworkPolicyStrategy()
        case ("networking.k8s.io", "ServiceCIDR"): ServiceCIDRStrategy()
        case ("policy", "PodDisruptionBudget"): PodDisruptionBudgetStrategy()
        case ("rbac.authorization.k8s.io", "ClusterRole"): RoleStrategy(isClusterRole: true)
        case ("rbac.authorization.k8s.io", "ClusterRoleBinding"): RoleBindingStrategy(isClusterRoleBinding: true)
        case ("rbac.authorization.k8s.io", "Role"): RoleStrategy(isClusterRole: false)
        case ("rbac.authorization.k8s.io", "RoleBinding"): RoleBindingStrategy(isClusterRoleBinding: false)
        case ("admissionregistration.k8s.io", let name): admission(name)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinitionStrategy()
        default: GenericStrategy(hasStatus: hasStatus)
        }
    }

    private static func admission(_ kind: String) -> any KindStrategy {
        switch kind {
        case "MutatingAdmissionPolicy": AdmissionPolicyStrategy(isMutating: true)
        case "MutatingAdmissionPolicyBinding": AdmissionPolicyBindingStrategy(isMutating: true)
        case "MutatingWebhookConfiguration": WebhookConfigurationStrategy(isMutating: true)
        case "ValidatingAdmissionPolicy": AdmissionPolicyStrategy(isMutating: false)
        case "ValidatingAdmissionPolicyBinding": AdmissionPolicyBindingStrategy(isMutating: false)
        default: WebhookConfigurationStrategy(isMutating: false)
        }
    }
}
