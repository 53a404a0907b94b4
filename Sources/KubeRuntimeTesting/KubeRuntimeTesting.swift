// # KubeRuntimeTesting
//
// Runs a controller against the embedded API server on virtual time, disturbs it in every way a cluster can, and
// compares where it ends with where an undisturbed run ends.
//
// - `Scenario/`  ``ControllerScenario``: what is run (a closure that gets a ``ControllerInstance``) and what people do
//                meanwhile (``ScenarioStep``); ``ClusterView`` and ``Invariant``: what must hold at every moment.
// - `Plans/`     ``FaultPlan``, one line that replays; ``Fault`` at an ``InjectionPoint``; ``PlanSelection``; all plans of
//                a baseline are made by `PlanEnumeration`, failing ones cut down by `PlanShrinking`.
// - `Running/`   ``ControllerHarness``: the baseline, one plan, or all of them in parallel. `ScenarioRun` is one run;
//                `InstanceSupervisor` starts, kills and restarts processes; `InstanceExchange` carries their requests
//                and `WatchPump` their watches, with what `FaultInjector` has for them.
// - `Oracles/`   what a run is held to: `EndState`, `WriteLedger` (budget, quiet, leases), `ClusterTimeline` (counters
//                that only rise, invariants); a ``Violation`` says which and how.
// - `Reports/`   ``HarnessReport``: what was run, and every plan that failed; the catalogue has the kill table.
//
//     baseline ──trace──▶ enumeration ──plans──▶ runs, each in a world of its own ──▶ oracles ──▶ shrinking ──▶ report
