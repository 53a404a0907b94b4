{{/* Labels of every object. */}}
{{- define "kiali.labels" -}}
app: kiali
{{ include "kiali.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/part-of: kiali
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* What selects the pods. It can never change. */}}
{{- define "kiali.selector" -}}
app.kubernetes.io/name: kiali
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The image. */}}
{{- define "kiali.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* "true" where Kiali may not change anything. */}}
{{- define "kiali.viewOnly" -}}
{{- if kindIs "bool" .Values.viewOnlyMode -}}
{{- .Values.viewOnlyMode -}}
{{- else -}}
{{- eq .Values.auth.strategy "anonymous" -}}
{{- end -}}
{{- end -}}

{{/* Name of the Secret with the session key, or nothing. */}}
{{- define "kiali.signingSecret" -}}
{{- if .Values.loginToken.existingSecret -}}
{{- .Values.loginToken.existingSecret -}}
{{- else if .Values.loginToken.signingKey -}}
{{- if not (has (len .Values.loginToken.signingKey) (list 16 24 32)) -}}
{{- fail "loginToken.signingKey must be 16, 24 or 32 bytes long" -}}
{{- end -}}
kiali-login-token
{{- else if ne .Values.auth.strategy "anonymous" -}}
{{- fail (printf "auth.strategy %s needs loginToken.existingSecret or loginToken.signingKey" .Values.auth.strategy) -}}
{{- end -}}
{{- end -}}
