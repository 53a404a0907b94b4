import KubeCore

/// What the API server fills into the specifications of pods (`core/v1` SetDefaults_PodSpec and those below it).
enum PodDefaults {
    /// Defaults a pod template, as workloads have it.
    static func applyToTemplate(_ template: inout JSONValue) {
        if template["spec"] == nil { template.set([:], at: "spec") }
        template.edit("spec") { applyToSpec(&$0) }
    }

    /// Defaults the specification of a pod.
    static func applyToSpec(_ spec: inout JSONValue) {
        spec.setDefaultText("dnsPolicy", "ClusterFirst")
        spec.setDefaultText("restartPolicy", "Always")
        spec.setDefaultText("schedulerName", "default-scheduler")
        spec.setDefault("securityContext", [:])
        spec.setDefault("terminationGracePeriodSeconds", 30)
        // The old name of the account is kept in step with the new one.
        let account =
            spec.text("serviceAccountName").isEmpty ? spec.text("serviceAccount") : spec.text("serviceAccountName")
        if !account.isEmpty {
            spec.set(.string(account), at: "serviceAccountName")
            spec.set(.string(account), at: "serviceAccount")
        }
        let isOnHostNetwork = spec["hostNetwork"]?.boolValue == true
        for member in ["containers", "initContainers", "ephemeralContainers"] {
            spec.editEach(member) { applyToContainer(&$0, isOnHostNetwork: isOnHostNetwork) }
        }
        spec.editEach("volumes") { VolumeDefaults.apply(&$0) }
        spec.edit("overhead") { CanonicalQuantity.canonize(&$0) }
        spec.edit("resources") { CanonicalQuantity.canonizeResources(&$0) }
    }

    private static func applyToContainer(_ container: inout JSONValue, isOnHostNetwork: Bool) {
        if container["name"] == nil { container.set("", at: "name") }
        container.setDefaultText("imagePullPolicy", pullPolicy(of: container.text("image")))
        container.setDefault("resources", [:])
        container.edit("resources") { CanonicalQuantity.canonizeResources(&$0) }
        container.setDefaultText("terminationMessagePath", "/dev/termination-log")
        container.setDefaultText("terminationMessagePolicy", "File")
        container.editEach("ports") { port in
            port.setDefaultText("protocol", "TCP")
            if isOnHostNetwork, port.number("hostPort") == 0 { port.set(port["containerPort"], at: "hostPort") }
        }
        container.editEach("env") { variable in
            variable.edit("valueFrom") { source in
                source.edit("fieldRef") { $0.setDefaultText("apiVersion", "v1") }
                source.edit("resourceFieldRef") { applyToResourceField(&$0) }
                source.edit("fileKeyRef") { $0.setDefault("optional", false) }
            }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            container.edit(probe) { applyToProbe(&$0) }
        }
        container.edit("lifecycle") { lifecycle in
            for event in ["postStart", "preStop"] { lifecycle.edit(event) { applyToHandler(&$0) } }
        }
    }

    /// The divisor is always written.
    static func applyToResourceField(_ field: inout JSONValue) {
        let divisor = field["divisor"] ?? "0"
        field.set(CanonicalQuantity.of(divisor), at: "divisor")
    }

    /// Images without a tag or digest, and those tagged `latest`, are pulled every time.
    private static func pullPolicy(of image: String) -> String {
        guard !image.contains("@") else { return "IfNotPresent" }
        let name = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let colon = name.lastIndex(of: ":") else { return "Always" }
        return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
    }

    private static func applyToProbe(_ probe: inout JSONValue) {
        for (member, value) in [
            ("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3),
        ]
        where probe.number(member) == 0 { probe.set(.integer(Int64(value)), at: member) }
        applyToHandler(&probe)
    }

    private static func applyToHandler(_ handler: inout JSONValue) {
        handler.edit("httpGet") { get in
            get.setDefaultText("path", "/")
            get.setDefaultText("scheme", "HTTP")
        }
        handler.edit("grpc") { $0.setDefault("service", "") }
    }
}

/// What the API server fills into volumes.
enum VolumeDefaults {
    static func apply(_ volume: inout JSONValue) {
        let sources = volume.objectValue?.keys.filter { $0 != "name" } ?? []
        if sources.isEmpty { volume.set([:], at: "emptyDir") }
        volume.edit("emptyDir") { source in
            source.edit("sizeLimit") { $0 = CanonicalQuantity.of($0) }
        }
        for member in ["configMap", "secret", "downwardAPI", "projected"] {
            volume.edit(member) { $0.setDefault("defaultMode", 420) }
        }
        volume.edit("downwardAPI") { applyToDownwardAPI(&$0) }
        volume.edit("projected") { projected in
            projected.editEach("sources") { source in
                source.edit("serviceAccountToken") { $0.setDefault("expirationSeconds", 3600) }
                source.edit("downwardAPI") { applyToDownwardAPI(&$0) }
            }
        }
        volume.edit("hostPath") { $0.setDefault("type", "") }
        volume.edit("iscsi") { $0.setDefaultText("iscsiInterface", "default") }
        volume.edit("rbd") { rbd in
            rbd.setDefaultText("pool", "rbd")
            rbd.setDefaultText("user", "admin")
            rbd.setDefaultText("keyring", "/etc/ceph/keyring")
        }
        volume.edit("azureDisk") { disk in
            disk.setDefault("cachingMode", "ReadWrite")
            disk.setDefault("kind", "Shared")
            disk.setDefault("fsType", "ext4")
            disk.setDefault("readOnly", false)
        }
        volume.edit("scaleIO") { disk in
            disk.setDefaultText("storageMode", "ThinProvisioned")
            disk.setDefaultText("fsType", "xfs")
        }
        volume.edit("image") { source in
            let reference = source.text("reference")
            source.setDefaultText(
                "pullPolicy", reference.hasSuffix(":latest") || !reference.contains(":") ? "Always" : "IfNotPresent")
        }
        volume.edit("ephemeral") { ephemeral in
            ephemeral.edit("volumeClaimTemplate") { template in
                if template["metadata"] == nil { template.set([:], at: "metadata") }
                template.edit("spec") { ClaimDefaults.applyToSpec(&$0) }
            }
        }
    }

    private static func applyToDownwardAPI(_ source: inout JSONValue) {
        source.editEach("items") { item in
            item.edit("fieldRef") { $0.setDefaultText("apiVersion", "v1") }
            item.edit("resourceFieldRef") { PodDefaults.applyToResourceField(&$0) }
        }
    }
}

/// What the API server fills into claims of volumes.
enum ClaimDefaults {
    static func applyToSpec(_ spec: inout JSONValue) {
        spec.setDefaultText("volumeMode", "Filesystem")
        spec.setDefault("resources", [:])
        spec.edit("resources") { CanonicalQuantity.canonizeResources(&$0) }
    }
}
