/// Sprig's functions on semantic versions.
enum VersionFunctions {
    static let all: [TemplateFunction] = [
        TemplateFunction("semver", [.string]) { _, arguments throws(GoError) in
            .object(VersionObject(try version(arguments.string(0))))
        },
        TemplateFunction("semverCompare", [.string, .string]) { _, arguments throws(GoError) in
            let constraint = try VersionConstraint(reading: arguments.string(0))
            return .bool(constraint.allows(try version(arguments.string(1))))
        },
    ]

    static func version(_ text: String) throws(GoError) -> SemanticVersion {
        try SemanticVersion(reading: text)
    }
}

/// `*semver.Version` in templates.
final class VersionObject: TemplateObject {
    let version: SemanticVersion

    init(_ version: SemanticVersion) { self.version = version }

    override var typeName: String { "*semver.Version" }
    override var kindName: String { "ptr" }
    override var text: String { version.text }
    override var encoded: Value { .string(version.text) }

    override func parameters(ofMethod name: String) -> [ParameterType]? {
        switch name {
        case "Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String", "IncMajor", "IncMinor",
            "IncPatch":
            []
        case "Compare", "Equal", "LessThan", "GreaterThan": [.object("*semver.Version")]
        default: nil
        }
    }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        var other = version
        if arguments.count > 0, case .object(let object) = arguments[0], let argument = object as? VersionObject {
            other = argument.version
        }
        switch method {
        case "Major": return .integer(Int64(version.major), .uint64)
        case "Minor": return .integer(Int64(version.minor), .uint64)
        case "Patch": return .integer(Int64(version.patch), .uint64)
        case "Prerelease": return .string(version.prerelease)
        case "Metadata": return .string(version.metadata)
        case "Original": return .string(version.original)
        case "IncMajor": return .object(VersionObject(SemanticVersion(major: version.major + 1, minor: 0, patch: 0)))
        case "IncMinor":
            return .object(VersionObject(SemanticVersion(major: version.major, minor: version.minor + 1, patch: 0)))
        case "IncPatch":
            let patch = version.prerelease.isEmpty ? version.patch + 1 : version.patch
            return .object(VersionObject(SemanticVersion(major: version.major, minor: version.minor, patch: patch)))
        case "Compare": return .int(version.compare(other))
        case "Equal": return .bool(version.compare(other) == 0)
        case "LessThan": return .bool(version.compare(other) < 0)
        case "GreaterThan": return .bool(version.compare(other) > 0)
        default: return .string(version.text)
        }
    }
}
