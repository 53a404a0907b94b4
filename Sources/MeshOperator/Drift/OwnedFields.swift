import KubeCore
import MeshAPI

/// Compares what we set with what is there: only fields that the intent sets count, whatever else others wrote.
package enum OwnedFields {
    /// The fields of an intent that are not there as intended, in the order of the intent. What the API server defaults,
    /// drops because it is empty, or writes in another form is no difference.
    ///
    /// - Parameters:
    ///   - desired: the intent.
    ///   - live: the object as the server has it.
    ///   - isLeftAlone: fields that are others', given as JSON pointer segments.
    package static func differences(
        desired: KubeObject, live: KubeObject, except isLeftAlone: ([String]) -> Bool = { _ in false }
    ) -> [Difference] {
        guard let type = desired.groupVersionKind?.groupKind else { return [] }
        return withoutActuallyEscaping(isLeftAlone) { isLeftAlone in
            var comparison = Comparison(type: type, isLeftAlone: isLeftAlone)
            for (key, value) in desired.json {
                switch key {
                case "apiVersion", "kind", "status": continue
                case "metadata":
                    for field in ["labels", "annotations", "finalizers"] {
                        guard let intended = value[field] else { continue }
                        comparison.compare(intended, live[path: "metadata", field], ["metadata", field])
                    }
                default: comparison.compare(value, live[key], [key])
                }
            }
            return comparison.found
        }
    }

    private struct Comparison {
        let type: GroupKind
        let isLeftAlone: ([String]) -> Bool
        var found: [Difference] = []

        mutating func compare(_ desired: JSONValue, _ live: JSONValue?, _ path: [String]) {
            guard !isLeftAlone(path) else { return }
            guard let live else {
                if !isVacuous(desired) { missing(desired, path) }
                return
            }
            switch (desired, live) {
            case (.object(let desired), .object(let live)):
                for (key, value) in desired { compare(value, live[key], path + [key]) }
            case (.array(let desired), .array(let live)):
                compareLists(desired, live, path)
            default:
                guard desired != live, !isSameQuantity(desired, live, path) else { return }
                differ(path, desired, live)
            }
        }

        /// What is missing is told by its parts, so that those which others may remove are left out.
        private mutating func missing(_ desired: JSONValue, _ path: [String]) {
            if case .object(let members) = desired, !members.isEmpty {
                for (key, value) in members { compare(value, nil, path + [key]) }
            } else {
                differ(path, desired, nil)
            }
        }

        private mutating func compareLists(_ desired: [JSONValue], _ live: [JSONValue], _ path: [String]) {
            switch ListSemantics.of(path.last ?? "", in: type) {
            case .atomic:
                guard desired.count == live.count else { return differ(path, .array(desired), .array(live)) }
                for (index, pair) in zip(desired, live).enumerated() {
                    compare(pair.0, pair.1, path + [String(index)])
                }
            case .set:
                for (index, element) in desired.enumerated() where !live.contains(element) {
                    differ(path + [String(index)], element, nil)
                }
            case .map(let keys):
                var byKey: [[JSONValue]: JSONValue] = [:]
                for element in live {
                    if let key = ListSemantics.key(of: element, by: keys) { byKey[key] = element }
                }
                for (index, element) in desired.enumerated() {
                    let there = ListSemantics.key(of: element, by: keys).flatMap { byKey[$0] }
                    if let there {
                        compare(element, there, path + [String(index)])
                    } else if !isLeftAlone(path + [String(index)]) {
                        differ(path + [String(index)], element, nil)
                    }
                }
            }
        }

        private mutating func differ(_ path: [String], _ desired: JSONValue, _ live: JSONValue?) {
            found.append(Difference(path: JSONPointer(path), before: live, after: desired))
        }

        /// Quantities are equal if their amounts are; asked only where the API has quantities, since `1.30` and `1.3`
        /// are the same amount but not the same version.
        private func isSameQuantity(_ desired: JSONValue, _ live: JSONValue, _ path: [String]) -> Bool {
            let fields: Set<String> = [
                "limits", "requests", "hard", "capacity", "sizeLimit", "averageValue", "divisor", "storage",
            ]
            guard path.suffix(2).contains(where: fields.contains), let one = Quantity(desired),
                let other = Quantity(live)
            else { return false }
            return one == other
        }
    }

    /// Whether a value says nothing: the API server drops empty strings, lists and objects, zero and false where they
    /// are the meaning of absence.
    private static func isVacuous(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let bool): !bool
        case .integer(let integer): integer == 0
        case .double(let double): double == 0
        case .decimal: false
        case .string(let string): string.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.values.allSatisfy(isVacuous)
        }
    }
}
