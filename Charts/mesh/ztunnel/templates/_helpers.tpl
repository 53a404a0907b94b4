{{/* The values that templates read, as JSON: `ztunnel` merged over the top level, then the globals. */}}
{{- define "ztunnel.values" -}}
{{- $values := mergeOverwrite (deepCopy (omit .Values "ztunnel")) (deepCopy (.Values.ztunnel | default dict)) -}}
{{- range $name := list "hub" "tag" "variant" "platform" "imagePullPolicy" "imagePullSecrets" "logAsJson" "network" "istioNamespace" "caAddress" "trustBundleName" -}}
{{- if and (not (index $values $name)) (index $values.global $name) -}}
{{- $_ := set $values $name (index $values.global $name) -}}
{{- end -}}
{{- end -}}
{{- if not $values.multiCluster.clusterName -}}
{{- $_ := set $values "multiCluster" (dict "clusterName" (($values.global.multiCluster).clusterName | default "Kubernetes")) -}}
{{- end -}}
{{- if and (eq (.Values.profile | default "") "ambient") (not $values.variant) }}{{ $_ := set $values "variant" "distroless" }}{{ end -}}
{{- if and (eq ($values.platform | default "") "openshift") (not $values.seLinuxOptions) }}{{ $_ := set $values "seLinuxOptions" (dict "type" "spc_t") }}{{ end -}}
{{- if eq ($values.platform | default "") "gke" }}{{ $_ := set $values.resourceQuotas "enabled" true }}{{ end -}}
{{- $requests := ternary (dict "cpu" "10m" "memory" "40Mi") (dict "cpu" "200m" "memory" "512Mi") (eq ($values.profile | default "") "demo") -}}
{{- $_ := set $values "resources" (mergeOverwrite (dict "requests" $requests) ($values.resources | default dict)) -}}
{{- $address := printf "istiod%s.%s.svc:15012" (empty $values.revision | ternary "" (printf "-%s" $values.revision)) ($values.istioNamespace | default "istio-system") -}}
{{- $_ := set $values "caAddress" ($values.caAddress | default $address) -}}
{{- $_ := set $values "xdsAddress" ($values.xdsAddress | default $address) -}}
{{- $_ := set $values "resourceName" ($values.resourceName | default "ztunnel") -}}
{{- $values | toJson -}}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "ztunnel.labels" -}}
app: ztunnel
istio.io/rev: {{ .Values.revision | default "default" | quote }}
install.operator.istio.io/owning-resource: {{ .Values.ownerName | default "unknown" }}
operator.istio.io/component: Ztunnel
app.kubernetes.io/name: ztunnel
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: istio
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* metadata of every object: the argument holds `root`, `values`, and `cluster` for what has no namespace. */}}
{{- define "ztunnel.metadata" -}}
metadata:
  name: {{ .values.resourceName }}
  {{- if not .cluster }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "ztunnel.labels" .root | nindent 4 }}
    {{- with .values.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
