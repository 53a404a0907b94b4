import KubeCore
import MeshAPI

/// Applies a component's `k8s` settings to its rendered objects: first each setting as a strategic merge patch of the
/// workload and what belongs to it, then the overlays in their order. Pure.
struct ObjectCustomization: Sendable {
    /// The workload that settings of a component are about.
    struct Workload: Sendable, Hashable {
        /// `Deployment` or `DaemonSet`.
        var kind: String
        /// Its name, which its Service, autoscaler and disruption budget share.
        var name: String
        /// The main container.
        var container: String
        /// Whether it is a gateway, whose chart is told the ports of its Service.
        var isGateway = false
    }

    /// A setting or overlay that has changed nothing, or could not be carried out.
    struct Finding: Error, Sendable, Hashable, CustomStringConvertible {
        /// The path below `k8s`.
        var path: String
        /// Why.
        var message: String

        /// The path and the reason.
        var description: String { "k8s.\(path): \(message)" }
    }

    /// The workload; nil for components that have none, to which only overlays apply.
    let workload: Workload?
    /// The settings as IstioOperator writes them.
    let settings: JSONObject

    /// The objects with every setting applied, and the settings that could not be.
    func apply(to objects: [KubeObject]) -> (objects: [KubeObject], findings: [Finding]) {
        var objects = objects
        var findings: [Finding] = []
        for setting in Setting.all {
            guard let value = settings[setting.name] else { continue }
            do throws(Finding) {
                try apply(setting, value, to: &objects)
            } catch {
                findings.append(error)
            }
        }
        for (index, overlay) in (settings["overlays"]?.arrayValue ?? []).enumerated() {
            findings += apply(overlay, at: "overlays[\(index)]", to: &objects)
        }
        return (objects, findings)
    }

    // MARK: Settings

    /// A setting: of which object it is, and where in it.
    private struct Setting {
        /// The kinds of objects that settings are of.
        enum Target {
            case workload
            case object(String)
        }

        let name: String
        let target: Target
        /// The patch that sets a value; the second argument is the main container's name.
        let patch: @Sendable (JSONValue, String) -> JSONValue

        static func pods(_ name: String, _ field: String? = nil) -> Setting {
            Setting(name: name, target: .workload) { value, _ in
                ["spec": ["template": ["spec": [field ?? name: value]]]]
            }
        }

        static func container(_ name: String) -> Setting {
            Setting(name: name, target: .workload) { value, container in
                ["spec": ["template": ["spec": ["containers": [["name": .string(container), name: value]]]]]]
            }
        }

        static func of(_ kind: String, _ name: String, _ patch: @escaping @Sendable (JSONValue) -> JSONValue) -> Setting
        {
            Setting(name: name, target: .object(kind)) { value, _ in patch(value) }
        }

        static let all: [Setting] = [
            .pods("affinity"), .pods("nodeSelector"), .pods("priorityClassName"), .pods("tolerations"),
            .pods("securityContext"), .pods("volumes"), .container("env"), .container("imagePullPolicy"),
            .container("readinessProbe"), .container("resources"), .container("volumeMounts"),
            Setting(name: "podAnnotations", target: .workload) { value, _ in
                ["spec": ["template": ["metadata": ["annotations": value]]]]
            },
            Setting(name: "replicaCount", target: .workload) { value, _ in ["spec": ["replicas": value]] },
            Setting(name: "strategy", target: .workload) { value, _ in ["spec": ["strategy": value]] },
            .of("HorizontalPodAutoscaler", "hpaSpec") { ["spec": $0] },
            .of("PodDisruptionBudget", "podDisruptionBudget") { ["spec": $0] },
            .of("Service", "service") { ["spec": $0] },
            .of("Service", "serviceAnnotations") { ["metadata": ["annotations": $0]] },
        ]
    }

    private func apply(_ setting: Setting, _ value: JSONValue, to objects: inout [KubeObject]) throws(Finding) {
        guard let workload else {
            throw Finding(path: setting.name, message: "the component has no workload: use overlays")
        }
        let kind =
            switch setting.target {
            case .workload: workload.kind
            case .object(let kind): kind
            }
        let patch = setting.patch(setting.name == "service" ? servicePatch(value) : value, workload.container)
        var isApplied = false
        for index in objects.indices where objects[index].kind == kind && objects[index].name == workload.name {
            isApplied = true
            let patched: JSONValue
            do throws(Status) {
                patched = try StrategicMergePatch.apply(
                    patch, to: objects[index].value, schema: WorkloadPatchSchema(kind: kind))
            } catch {
                throw Finding(path: setting.name, message: error.message)
            }
            guard var object = KubeObject(patched) else { continue }
            if kind == "PodDisruptionBudget", object[path: "spec", "maxUnavailable"] != nil {
                // Only one of the two may be there, and the chart sets the other.
                object.set(nil, at: "spec", "minAvailable")
            }
            objects[index] = object
        }
        guard isApplied else {
            throw Finding(
                path: setting.name,
                message: "nothing to set it on: with these values the component has no \(kind) \(workload.name)")
        }
    }

    /// A gateway's chart is told the ports, since containers have them too; a patch could not replace a list that merges.
    private func servicePatch(_ value: JSONValue) -> JSONValue {
        guard workload?.isGateway == true, var service = value.objectValue else { return value }
        service["ports"] = nil
        return .object(service)
    }

    // MARK: Overlays

    private func apply(_ overlay: JSONValue, at path: String, to objects: inout [KubeObject]) -> [Finding] {
        let kind = overlay["kind"]?.stringValue ?? ""
        let name = overlay["name"]?.stringValue ?? ""
        let targets = objects.indices.filter { objects[$0].kind == kind && objects[$0].name == name }
        guard !targets.isEmpty else {
            let near = objects.filter { $0.kind == kind }.map(\.name).sorted()
            let known = near.isEmpty ? "it has none of that kind" : "it has \(near.joined(separator: ", "))"
            return [Finding(path: path, message: "the component has no \(kind) \(name): \(known)")]
        }
        var findings: [Finding] = []
        for target in targets {
            for (index, patch) in (overlay["patches"]?.arrayValue ?? []).enumerated() {
                let value = patch["value"].flatMap { $0.isNull ? nil : $0 }
                do throws(OverlayPath.Failure) {
                    let patched = try OverlayPath(patch["path"]?.stringValue ?? "")
                        .write(value, into: objects[target].value)
                    objects[target] = KubeObject(patched) ?? objects[target]
                } catch {
                    findings.append(Finding(path: "\(path).patches[\(index)].path", message: error.description))
                }
            }
        }
        return findings
    }
}
