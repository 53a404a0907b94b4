/// How the simulated node side behaves.
package struct SimulationSettings: Sendable {
    /// How many nodes there are.
    package var nodes = 3
    /// The version that nodes report for their kubelet.
    package var kubernetesVersion = "v1.37.0"
    /// From the binding of a pod to its containers running: image pulls and starts.
    package var startDelay: Duration = .milliseconds(300)
    /// From a container running to its readiness; a pod may say otherwise, see ``FailureInjection``.
    package var readinessDelay: Duration = .milliseconds(200)
    /// How long a container takes to end when asked to; never more than the pod's grace period.
    package var terminationDelay: Duration = .milliseconds(100)
    /// How long the containers of a pod that runs to completion take.
    package var completionDelay: Duration = .milliseconds(500)
    /// How often nodes renew their leases; nil (the default) not at all, so that a settled cluster is not written to. A
    /// real kubelet does so every ten seconds.
    package var leaseRenewal: Duration?
    /// The certificate in `kube-root-ca.crt`, and in `istio-ca-root-cert` where istiod has no `cacerts` to read.
    package var rootCertificate = SimulationSettings.defaultRootCertificate

    /// The defaults: three nodes, pods that become ready in half a second.
    package init() {}
}

extension SimulationSettings {
    /// A certificate authority that signs nothing: the private key was never kept. It gives trust bundles a real
    /// content; the embedded server itself speaks plain HTTP.
    package static let defaultRootCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIB0zCCAXmgAwIBAgIUIBgLlGYfjKQ59WxrEae/ooC/1NYwCgYIKoZIzj0EAwIw
        NjEWMBQGA1UECgwNY2x1c3Rlci5sb2NhbDEcMBoGA1UEAwwTZW1iZWRkZWQtY2x1
        c3Rlci1jYTAgFw0yNjExMjIxMzI1MzBaGA8yMTI2MTAyOTEzMjUzMFowNjEWMBQG
        A1UECgwNY2x1c3Rlci5sb2NhbDEcMBoGA1UEAwwTZW1iZWRkZWQtY2x1c3Rlci1j
        YTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCRBKIoanYu5Guxw9RzKVC/cXY18
        eaoevKnDV+Gau2mM5XTXXl4VMIMA1CJV0lAEPae6JDDX3qJ3pTrBRjXnGF+jYzBh
        MB0GA1UdDgQWBBQLed8mqaZhyPg4CyKIoIb9NDieHTAfBgNVHSMEGDAWgBQLed8m
        qaZhyPg4CyKIoIb9NDieHTAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIB
        BjAKBggqhkjOPQQDAgNIADBFAiEA8f/QEKfpxB4gKs7xlkfSAOFOou9fqSpwHrd5
        dSmyVK8CIBZPcZiGgjRDx4oNodQp2jBUW1Y8AymgpiYQ4EIije/M
        -----END CERTIFICATE-----

        """
}
