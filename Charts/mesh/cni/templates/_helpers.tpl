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
{{- $_ := set $values "platform" $platform -}}
{{- $values | toJson -}}
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
