import KubeCore

/// The conditions of an object, one of each type, in a stable order.
public struct Conditions: SchemaValue, RandomAccessCollection {
    private var conditions: [Condition] = []

    /// No conditions.
    public init() {}

    /// The condition of a type, if it was ever observed.
    public subscript(type: String) -> Condition? { conditions.first { $0.type == type } }
    /// A condition by its place.
    public subscript(position: Int) -> Condition { conditions[position] }
    /// The first place.
    public var startIndex: Int { conditions.startIndex }
    /// The place after the last.
    public var endIndex: Int { conditions.endIndex }

    /// Whether a condition of this type holds.
    public func isTrue(_ type: String) -> Bool { self[type]?.status == .true }

    /// The conditions with one observed anew: the transition time moves only where the status changes.
    ///
    /// - Parameters:
    ///   - condition: what was observed; its own times are not looked at.
    ///   - generation: the generation of the spec that was observed.
    ///   - now: the time of the observation.
    public func setting(_ condition: Condition, generation: Int64, at now: Timestamp) -> Conditions {
        var result = self
        var new = condition
        new.observedGeneration = generation
        if let position = conditions.firstIndex(where: { $0.type == condition.type }) {
            let old = conditions[position]
            new.lastTransitionTime =
                old.status == new.status ? old.lastTransitionTime : Timestamp(seconds: now.seconds)
            result.conditions[position] = new
        } else {
            new.lastTransitionTime = Timestamp(seconds: now.seconds)
            result.conditions.append(new)
        }
        return result
    }

    /// The conditions without one of a type.
    public func removing(_ type: String) -> Conditions {
        var result = self
        result.conditions.removeAll { $0.type == type }
        return result
    }

    /// Reads a list of conditions; of two of a type the first counts.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Conditions? {
        guard let list = [Condition].decode(json, at: path, &decoder) else { return nil }
        var result = Conditions()
        for condition in list where result[condition.type] == nil { result.conditions.append(condition) }
        return result
    }
    /// The list.
    public var encoded: JSONValue { conditions.encoded }
    /// A list that server-side apply merges by type.
    public static var openAPI: JSONObject {
        var openAPI = [Condition].openAPI
        openAPI["x-kubernetes-list-type"] = "map"
        openAPI["x-kubernetes-list-map-keys"] = ["type"]
        return openAPI
    }
}
