{{/*
The values that templates read, as JSON: `pilot` merged over the top level, then what the preset adds where nothing
is set. `.Values` itself stays as it was given, so that no template depends on which one ran before.
*/}}
{{- define "istiod.values" -}}
{{- $values := mergeOverwrite (deepCopy (omit .Values "pilot")) (deepCopy (.Values.pilot | default dict)) -}}
{{- $profile := $values.profile | default "" -}}
{{- $platform := $values.global.platform | default $values.platform | default "" -}}
{{- if eq $profile "ambient" -}}
{{- $_ := set $values "env" (merge $values.env (dict "PILOT_ENABLE_AMBIENT" "true")) -}}
{{- $global := dict "servicesSelector" (dict "matchExpressions" (list (dict "key" "istio.io/global" "operator" "In" "values" (list "true")))) "scope" "GLOBAL" -}}
{{- $preset := dict "defaultConfig" (dict "proxyMetadata" (dict "ISTIO_META_ENABLE_HBONE" "true")) "serviceScopeConfigs" (list $global) -}}
{{- $_ := set $values "meshConfig" (merge $values.meshConfig $preset) -}}
{{- if not $values.global.variant }}{{ $_ := set $values.global "variant" "distroless" }}{{ end -}}
{{- else if eq $profile "demo" -}}
{{- $_ := set $values "meshConfig" (merge $values.meshConfig (dict "accessLogFile" "/dev/stdout")) -}}
{{- else if eq $profile "preview" -}}
{{- $preset := dict "defaultConfig" (dict "proxyMetadata" (dict "ISTIO_META_DNS_CAPTURE" "true")) -}}
{{- $_ := set $values "meshConfig" (merge $values.meshConfig $preset) -}}
{{- else if eq $profile "stable" -}}
{{- $_ := set $values.experimental "stableValidationPolicy" true -}}
{{- end -}}
{{- if eq $platform "openshift" -}}
{{- $_ := set $values "cni" (dict "enabled" true "provider" "multus") -}}
{{- if not $values.trustedZtunnelNamespace }}{{ $_ := set $values "trustedZtunnelNamespace" "kube-system" }}{{ end -}}
{{- end -}}
{{- $_ := set $values.global "platform" $platform -}}
{{- /* A demonstration asks for little. */ -}}
{{- $small := eq $profile "demo" -}}
{{- $istiod := dict "requests" (ternary (dict "cpu" "10m" "memory" "100Mi") (dict "cpu" "500m" "memory" "2048Mi") $small) -}}
{{- $_ := set $values "resources" (mergeOverwrite $istiod ($values.resources | default dict)) -}}
{{- range $kind := list $values.global.proxy $values.global.waypoint -}}
{{- $requests := ternary (dict "cpu" "10m" "memory" "40Mi") (dict "cpu" "100m" "memory" "128Mi") $small -}}
{{- $proxy := dict "requests" $requests "limits" (dict "cpu" "2000m" "memory" "1024Mi") -}}
{{- $_ := set $kind "resources" (mergeOverwrite $proxy ($kind.resources | default dict)) -}}
{{- end -}}
{{- $values | toJson -}}
{{- end -}}

{{/* istiod, or istiod-REVISION. */}}
{{- define "istiod.name" -}}
istiod{{ include "istiod.suffix" . }}
{{- end -}}

{{/* Nothing, or -REVISION. */}}
{{- define "istiod.suffix" -}}
{{- with .Values.revision }}-{{ . }}{{ end -}}
{{- end -}}

{{/* Value of the label istio.io/rev. */}}
{{- define "istiod.revision" -}}
{{- .Values.revision | default "default" -}}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "istiod.commonLabels" -}}
app.kubernetes.io/name: istiod
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: istio
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* Labels of the objects of one revision. */}}
{{- define "istiod.labels" -}}
istio.io/rev: {{ include "istiod.revision" . | quote }}
install.operator.istio.io/owning-resource: {{ .Values.ownerName | default "unknown" }}
operator.istio.io/component: Pilot
{{ include "istiod.commonLabels" . }}
{{- end -}}

{{/* What selects istiod's pods. The unnamed revision keeps Istio's historical label: a selector cannot change. */}}
{{- define "istiod.selector" -}}
{{- if .Values.revision -}}
app: istiod
istio.io/rev: {{ .Values.revision | quote }}
{{- else -}}
istio: pilot
{{- end -}}
{{- end -}}
