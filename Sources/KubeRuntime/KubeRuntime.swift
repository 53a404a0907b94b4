// # KubeRuntime
//
// What a controller needs beside a client: state kept current, work queued, one leader, an orderly start and end.
//
// - `Reflector/`       ``ObjectSource`` (list and watch as bytes), the reflector that keeps a store equal to it, and its
//                      state machine; ``ClientObjectSource`` reads an API server.
// - `Store/`           ``ObjectStore`` with snapshots and indexes, ``StoredObject`` (bytes and a small header),
//                      ``ObjectRetention`` (whole, metadata, chosen fields), ``Informer`` and the shared ``InformerCache``,
//                      ``OwnWrites`` (reading what one wrote).
// - `Queue/`           ``WorkQueue``: no key with two workers, no add lost, back-off, delays, priorities.
// - `Controller/`      ``Reconciler``, ``Controller``: workers, outcomes, time limits.
// - `LeaderElection/`  ``LeaderElector`` over a Lease, and ``LeaseWriteGate``, which ends writing with the lease.
// - `Events/`          ``EventRecorder`` for `events.k8s.io/v1`.
// - `Objects/`         ``Finalizers``, owner references, ``ApplySet``, ``Readiness``: small pure pieces.
// - `Manager/`         ``Manager``: start and stop order as data; ``HealthRegistry``.
// - `Metrics/`         ``MetricsRegistry`` in the Prometheus text format; ``MeteredExchange`` counts
//                      requests.
// - `Time/`, `Testing/`  ``RuntimeClock``, ``RandomSource``, ``Backoff``; ``VirtualTime`` to run it all in a test.
//
//     API server ──▶ ObjectSource ──▶ reflector ──▶ ObjectStore ──▶ handlers ──▶ WorkQueue ──▶ workers
//         ▲                                            │ snapshot                              │ reconcile
//         └────────── KubeClient, behind the write gate of the LeaderElector ◀─────────────────┘
