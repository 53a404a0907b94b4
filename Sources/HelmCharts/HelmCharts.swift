/// # HelmCharts
///
/// Helm charts rendered natively, byte for byte as Helm 4.2 renders them.
///
/// - `Charts/`     ``Chart``: loading from directories, archives and memory; metadata, versions and ignore rules.
/// - `Repositories/` ``ChartLocator``, ``HTTPChartRepository``, ``OCIChartRepository``: charts from repositories and
///                 registries, verified and kept in a ``ContentCache``.
/// - `Values/`     ``ChartValues``: values files and `--set` expressions, coalescing, schema validation; the value type of
///                 templates and its YAML and JSON.
/// - `Template/`   The template language: lexer, parser, execution, Go's formatting.
/// - `Functions/`  What templates can call: Go's builtins, Sprig, Helm's own.
/// - `Regex/`      RE2 regular expressions in linear time.
/// - `Rendering/`  ``ChartRenderer``, ``RenderedChart``: contexts, manifests, hooks, install order, errors in Helm's words.
///
/// Data flows one way: chart and values → coalesced values → templates → files → manifests.
public enum HelmCharts {
    /// The line of Helm whose results this module reproduces.
    public static let helmVersion = "4.2"
}
