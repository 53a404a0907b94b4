{{- define "boltrope.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "boltrope.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "boltrope.name" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* What selects the pods. It can never change. */}}
{{- define "boltrope.selector" -}}
app.kubernetes.io/name: boltrope
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "boltrope.labels" -}}
{{ include "boltrope.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata of an object: the argument holds `root`, and `cluster`, `name`, `labels`, `annotations` where it differs. */}}
{{- define "boltrope.metadata" -}}
metadata:
  name: {{ .name | default (include "boltrope.name" .root) }}
  {{- if not .cluster }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "boltrope.labels" .root | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $annotations := mergeOverwrite (deepCopy .root.Values.commonAnnotations) (.annotations | default dict) }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
