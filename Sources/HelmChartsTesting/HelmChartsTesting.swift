/// # HelmChartsTesting
///
/// What tests of charts from afar need, over real sockets on loopback.
///
/// - ``PackedChart``             a small chart as a `.tgz`.
/// - ``LoopbackServer``          HTTP on a port that the system picks; a handler decides every answer.
/// - ``ChartRepositoryServer``   a Helm repository: index, entity tags, basic authentication, whatever fails.
/// - ``RegistryServer``          an OCI registry: tokens, tags in pages, manifests, blobs elsewhere.
public enum HelmChartsTesting {}
