/// # MeshAPI
///
/// The resources of `boltrope.dev/v1` as Swift values. Each type describes itself once, and all else is derived from
/// that description: decoding with field paths, defaults, validation, the OpenAPI schema and the CRDs.
///
/// - `Schema/`      the descriptions: ``SchemaValue``, ``SchemaObject``, ``Field``, ``Constraint``, ``FieldPath`` and
///                  ``InvalidDocument``, which lists every problem of a document at once.
/// - `Resources/`   ``Mesh`` (``MeshSpec``, ``MeshStatus``) and ``MeshRevision``, a file for each section of the spec.
/// - `Conditions/`  ``Condition`` and ``Conditions``: stable transition times, the time passed in.
/// - `Versions/`    ``Version`` and ``VersionRequirement``: exact versions, lines and ranges.
/// - `Definitions/` ``CustomResourceDefinitions``: what `boltrope crds` prints and `CRDs/` holds.
///
/// Nothing in this module does I/O or reads a clock.
public enum MeshAPI {
    /// The API group of every resource here.
    public static let group = "boltrope.dev"
    /// The version in which they are stored.
    public static let version = "v1"
    /// The `apiVersion` of every resource here.
    public static let apiVersion = "\(group)/\(version)"
}
