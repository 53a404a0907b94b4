{{- /* What every kind of proxy shares. Entries are in flow style, so that they fit wherever they are placed. */}}
{{- define "istiodAddress" -}}
{{ .Values.global.caAddress | default (printf "istiod%s.%s.svc:15012" (.Values.revision | empty | ternary "" (printf "-%s" .Values.revision)) .Values.global.istioNamespace) }}
{{- end }}
{{- define "environment" }}
                {name: PILOT_CERT_PROVIDER, value: {{ .Values.global.pilotCertProvider | quote }}},
                {name: CA_ADDR, value: "{{ template "istiodAddress" . }}"},
                {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}},
                {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}},
                {name: INSTANCE_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}},
                {name: SERVICE_ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}},
                {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}},
                {name: ISTIO_CPU_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}},
                {name: GOMAXPROCS, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}},
                {name: GOMEMLIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: "1"}}},
                {name: ISTIO_META_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}},
                {name: PROXY_CONFIG, value: {{ protoToJSON .ProxyConfig | quote }}},
                {{- with .CompliancePolicy }}
                {name: COMPLIANCE_POLICY, value: {{ . | quote }}},
                {{- end }}
                {{- $trustDomain := valueOrDefault .MeshConfig.TrustDomain .Values.global.trustDomain }}
                {{- with valueOrDefault .Values.global.meshID $trustDomain }}
                {name: ISTIO_META_MESH_ID, value: {{ . | quote }}},
                {{- end }}
                {{- with $trustDomain }}
                {name: TRUST_DOMAIN, value: {{ . | quote }}},
                {{- end }}
                {{- range $name, $value := .ProxyConfig.ProxyMetadata }}
                {name: {{ $name }}, value: {{ $value | quote }}},
                {{- end }}
{{- end }}
{{- define "volumeMounts" }}
                {name: workload-socket, mountPath: /var/run/secrets/workload-spiffe-uds},
                {name: credential-socket, mountPath: /var/run/secrets/credential-uds},
                {name: workload-certs, mountPath: /var/run/secrets/workload-spiffe-credentials},
                {{- if eq .Values.global.pilotCertProvider "istiod" }}
                {name: istiod-ca-cert, mountPath: /var/run/secrets/istio},
                {name: istio-ca-crl, mountPath: /var/run/secrets/istio/crl},
                {{- end }}
                {name: istio-data, mountPath: /var/lib/istio/data},
                {name: istio-envoy, mountPath: /etc/istio/proxy},
                {name: istio-token, mountPath: /var/run/secrets/tokens},
                {name: istio-podinfo, mountPath: /etc/istio/pod},
{{- end }}
{{- define "volumes" }}
                {name: workload-socket, emptyDir: {}},
                {name: credential-socket, emptyDir: {}},
                {name: workload-certs, emptyDir: {}},
                {{- if eq .Values.global.pilotCertProvider "istiod" }}
                {{- if eq (toString (.Values.pilot.env).ENABLE_CLUSTER_TRUST_BUNDLE_API) "true" }}
                {name: istiod-ca-cert, projected: {sources: [{clusterTrustBundle: {
                  name: "istio.io:istiod-ca:{{ .Values.global.trustBundleName | default "root-cert" }}",
                  path: root-cert.pem}}]}},
                {{- else }}
                {name: istiod-ca-cert, configMap: {
                  name: {{ .Values.global.trustBundleName | default "istio-ca-root-cert" | quote }}}},
                {{- end }}
                {name: istio-ca-crl, configMap: {
                  name: {{ .Values.pilot.crlConfigMapName | default "istio-ca-crl" | quote }}, optional: true}},
                {{- end }}
                {name: istio-data, emptyDir: {}},
                {name: istio-envoy, emptyDir: {medium: Memory}},
                {name: istio-token, projected: {sources: [{serviceAccountToken: {
                  path: istio-token, expirationSeconds: 43200, audience: {{ .Values.global.sds.token.aud | quote }}}}]}},
                {name: istio-podinfo, downwardAPI: {items: [
                  {path: labels, fieldRef: {fieldPath: metadata.labels}},
                  {path: annotations, fieldRef: {fieldPath: metadata.annotations}}]}},
{{- end }}
{{- define "image" }}
{{- $image := annotation .ObjectMeta `sidecar.istio.io/proxyImage` .Values.global.proxy.image }}
{{- if contains "/" $image }}{{ $image | quote }}{{ else }}{{ .ProxyImage | quote }}{{ end }}
{{- end }}
{{- define "podPorts" }}
{{- $ports := list }}
{{- range .Spec.Containers }}{{ range .Ports }}{{ $ports = append $ports (structToJSON .) }}{{ end }}{{ end }}
{{- printf "[%s]" ($ports | join ",") | quote }}
{{- end }}
