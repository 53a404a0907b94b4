import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Parts of pods")
struct PodPartsTests {
    private let pods = KindFixture(.pods)

    @Test(
        "Volumes have one valid source",
        arguments: [
            (
                #"{"name":"v","hostPath":{"path":"../x"}}"#,
                "hostPath.path: Invalid value: \"../x\": must not contain '..'"
            ),
            (
                #"{"name":"v","secret":{"secretName":"s","items":[{"key":"k","path":"/a"}]}}"#,
                "secret.items[0].path: Invalid value: \"/a\": must be a relative path"
            ),
            (
                #"{"name":"v","configMap":{"name":"s","items":[{"key":"k","path":"..a"}]}}"#,
                "configMap.items[0].path: Invalid value: \"..a\": must not start with '..'"
            ),
            (
                #"{"name":"v","emptyDir":{"sizeLimit":"-1"}}"#,
                "emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity"
            ),
            (
                #"{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t","expirationSeconds":10}}]}}"#,
                "projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 10: may not specify a "
                    + "duration less than 10 minutes"
            ),
            (
                #"{"name":"v","downwardAPI":{"items":[{"path":"x"}]}}"#,
                "downwardAPI: Required value: one of fieldRef and resourceFieldRef is required"
            ),
            (#"{"name":"v","ephemeral":{}}"#, "ephemeral.volumeClaimTemplate: Required value"),
            (#"{"name":"v","image":{}}"#, "image.reference: Required value"),
        ])
    func volumes(volume: String, expected: String) throws {
        let text = #"{"spec":{"containers":[{"name":"c","image":"i"}],"volumes":[\#(volume)]}}"#
        #expect(try pods.faults(text) == ["spec.volumes[0].\(expected)"])
    }

    @Test(
        "Probes, mounts and profiles of containers are checked",
        arguments: [
            (
                #""readinessProbe":{"exec":{"command":["a"]},"terminationGracePeriodSeconds":5}"#,
                "readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes"
            ),
            (
                #""livenessProbe":{"exec":{"command":["a"]},"terminationGracePeriodSeconds":0}"#,
                "livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0"
            ),
            (
                #""lifecycle":{"preStop":{"sleep":{"seconds":31}}}"#,
                "lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than "
                    + "terminationGracePeriodSeconds (30)"
            ),
            (
                #""securityContext":{"seccompProfile":{"type":"RuntimeDefault","localhostProfile":"x"}}"#,
                "securityContext.seccompProfile.localhostProfile: Invalid value: \"x\": can only be set when seccomp "
                    + "type is Localhost"
            ),
            (
                #""securityContext":{"privileged":true,"allowPrivilegeEscalation":false}"#,
                "securityContext: Invalid value: {\"Capabilities\":null,\"Privileged\":true,\"SELinuxOptions\":null,"
                    + "\"WindowsOptions\":null,\"RunAsUser\":null,\"RunAsGroup\":null,\"RunAsNonRoot\":null,"
                    + "\"ReadOnlyRootFilesystem\":null,\"AllowPrivilegeEscalation\":false,\"ProcMount\":null,"
                    + "\"SeccompProfile\":null,\"AppArmorProfile\":null}: cannot set `allowPrivilegeEscalation` to "
                    + "false and `privileged` to true"
            ),
        ])
    func containers(members: String, expected: String) throws {
        let text = #"{"spec":{"containers":[{"name":"c","image":"i",\#(members)}]}}"#
        #expect(try pods.faults(text) == ["spec.containers[0].\(expected)"])
    }

    @Test("A pod without a policy for names must say whom to ask")
    func names() throws {
        let text = #"{"spec":{"dnsPolicy":"None","dnsConfig":{},"containers":[{"name":"c","image":"i"}]}}"#
        #expect(
            try pods.faults(text) == [
                "spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None"
            ])
    }

    @Test("The time that a pod has may only become shorter")
    func deadline() throws {
        let spec = { (seconds: Int) in
            #"{"spec":{"activeDeadlineSeconds":\#(seconds),"containers":[{"name":"c","image":"i"}]}}"#
        }
        let pod = try pods.created(spec(5))
        #expect(try pods.faults(pods.updated(pod, spec(4)), old: pod).isEmpty)
        #expect(
            try pods.faults(pods.updated(pod, spec(6)), old: pod) == [
                "spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value"
            ])
    }
}
