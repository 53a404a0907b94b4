/// # KubeCore
///
/// Values and vocabulary of Kubernetes, without I/O.
///
/// - `JSON/`      ``JSONValue`` and ``JSONObject``, the parser and serialiser, pointers and JSONPath.
/// - `YAML/`      YAML documents in and out, over libyaml.
/// - `Metadata/`  ``KubeObject``, ``ObjectMetadata`` fields, ``GroupVersionKind``, ``ResourceType``, selectors,
///                ``Quantity``, ``ResourceVersion``, ``Timestamp`` and ``Status`` errors.
/// - `Patching/`  JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch, structural differences, redaction.
///
/// Nothing in this module reads a clock, a file or a socket; all of it is safe to call from anywhere.
public enum KubeCore {
    /// The version of Boltrope that this build belongs to, as printed by `boltrope --version` and sent in user agents.
    public static let version = "0.1.0"
}
