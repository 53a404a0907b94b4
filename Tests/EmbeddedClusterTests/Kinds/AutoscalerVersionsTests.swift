import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Autoscalers in both versions")
struct AutoscalerVersionsTests {
    @Test("Nothing is lost on the way to version 1 and back")
    func roundTrip() throws {
        let text = """
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{
             "maxReplicas":5,"minReplicas":1,"behavior":{"scaleDown":{"stabilizationWindowSeconds":60,
              "selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}},
             "metrics":[
              {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}},
              {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}},
              {"type":"External","external":{"metric":{"name":"q","selector":{"matchLabels":{"a":"b"}}},
               "target":{"type":"Value","value":"30"}}}]}}
            """
        let original = try #require(KubeObject(JSONValue(parsing: text)))
        var object = original
        AutoscalerVersions.toV1(&object)
        #expect(object[path: "spec", "targetCPUUtilizationPercentage"] == 80)
        #expect(object[path: "spec", "metrics"] == nil)
        AutoscalerVersions.toV2(&object)
        #expect(object["spec"] == original["spec"])
        #expect(object.annotations.isEmpty)
    }
}
