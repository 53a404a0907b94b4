{{/*
The values that templates read, as JSON: `cni` merged over the top level, then what the preset and the platform add
where nothing is set.
*/}}
{{- define "cni.values" -}}
{{- $values := mergeOverwrite (deepCopy (omit .Values "cni")) (deepCopy (.Values.cni | default dict)) -}}
{{- $platform := $values.platform | default $values.global.platform | default "" -}}
{{- $directories := dict
      "gke" (dict "cniBinDir" "/home/kubernetes/bin")
      "k3d" (dict "cniBinDir" "/bin" "cniConfDir" "/var/lib/rancher/k3s/agent/etc/cni/net.d")
      "k3s" (dict "cniBinDir" "/var/lib/rancher/k3s/data/cni" "cniConfDir" "/var/lib/rancher/k3s/agent/etc/cni/net.d")
      "microk8s" (dict "cniBinDir" "/var/snap/microk8s/current/opt/cni/bin" "cniConfDir" "/var/snap/microk8s/current/args/cni-network")
      "minikube" (dict "cniNetnsDir" "/var/run/docker/netns")
      "openshift" (dict "cniBinDir" "/var/lib/cni/bin" "cniConfDir" "/etc/cni/multus/net.d") -}}
{{- $defaults := dict "cniBinDir" "/opt/cni/bin" "cniConfDir" "/etc/cni/net.d" "cniNetnsDir" "/var/run/netns" -}}
{{- range $name, $path := mergeOverwrite $defaults (index $directories $platform | default dict) -}}
{{- if not (index $values $name) }}{{ $_ := set $values $name $path }}{{ end -}}
{{- end -}}
{{- if eq $platform "openshift" -}}
{{- $_ := set $values "provider" "multus" -}}
{{- $_ := set $values "chained" false -}}
{{- $_ := set $values "cniConfFileName" ($values.cniConfFileName | default "istio-cni.conf") -}}
{{- else if eq $platform "gke" -}}
{{- $_ := set $values.resourceQuotas "enabled" true -}}
{{- end -}}
{{- if eq ($values.profile | default "") "ambient" -}}
{{- $_ := set $values.ambient "enabled" true -}}
{{- if not $values.global.variant }}{{ $_ := set $values.global "variant" "distroless" }}{{ end -}}
{{- end -}}
{{- $requests := ternary (dict "cpu" "10m" "memory" "40Mi") (dict "cpu" "100m" "memory" "100Mi") (eq ($values.profile | default "") "demo") -}}
{{- $_ := set $values "resources" (mergeOverwrite (dict "requests" $requests) ($values.resources | default dict)) -}}
{{- $_ := set $values "platform" $platform -}}
{{- $values | toJson -}}
{{- end -}}

{{/* What the plugin reads as environment. */}}
{{- define "cni.settings" -}}
{{- $values := include "cni.values" . | fromJson }}
{{- $settings := dict
      "CURRENT_AGENT_VERSION" ($values.tag | default $values.global.tag)
      "AMBIENT_ENABLED" $values.ambient.enabled
      "AMBIENT_ENABLEMENT_SELECTOR" ($values.ambient.enablementSelectors | toYaml)
      "AMBIENT_DNS_CAPTURE" $values.ambient.dnsCapture
      "AMBIENT_IPV6" $values.ambient.ipv6
      "AMBIENT_RECONCILE_POD_RULES_ON_STARTUP" $values.ambient.reconcileIptablesOnStartup
      "ENABLE_AMBIENT_DETECTION_RETRY" $values.ambient.enableAmbientDetectionRetry
      "ISTIO_OWNED_CNI_CONFIG" $values.istioOwnedCNIConfig
      "CHAINED_CNI_PLUGIN" $values.chained
      "EXCLUDE_NAMESPACES" (join "," $values.excludeNamespaces)
      "REPAIR_ENABLED" $values.repair.enabled
      "REPAIR_LABEL_PODS" $values.repair.labelPods
      "REPAIR_DELETE_PODS" $values.repair.deletePods
      "REPAIR_REPAIR_PODS" $values.repair.repairPods
      "REPAIR_INIT_CONTAINER_NAME" $values.repair.initContainerName
      "REPAIR_BROKEN_POD_LABEL_KEY" $values.repair.brokenPodLabelKey
      "REPAIR_BROKEN_POD_LABEL_VALUE" $values.repair.brokenPodLabelValue
      "NATIVE_NFTABLES" $values.global.nativeNftables }}
{{- with $values.cniConfFileName }}
{{- $_ := set $settings "CNI_CONF_NAME" . }}
{{- end }}
{{- if $values.istioOwnedCNIConfig }}
{{- $_ := set $settings "ISTIO_OWNED_CNI_CONF_FILENAME" $values.istioOwnedCNIConfigFileName }}
{{- end }}
{{- range $name, $value := mergeOverwrite $settings $values.env }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "cni.labels" -}}
istio.io/rev: {{ .Values.revision | default "default" | quote }}
install.operator.istio.io/owning-resource: {{ .Values.ownerName | default "unknown" }}
operator.istio.io/component: Cni
{{ include "cni.podLabels" . }}
{{- end -}}

{{/* Labels of the pods. A new revision is no reason to restart every node's agent. */}}
{{- define "cni.podLabels" -}}
app.kubernetes.io/name: istio-cni
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: istio
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}
