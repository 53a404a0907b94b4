import KubeCore

/// The words of requests: methods, parameters, headers and paths, valid ones and ones that almost are.
enum RequestWords {
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "", "WATCH", "CONNECT"]

    static let subresources = [
        "status", "scale", "finalize", "binding", "eviction", "log", "token", "ephemeralcontainers", "resize", "exec",
        "portforward", "proxy", "approval", "x", "status/x", "", "%2F", "../one",
    ]

    static let anyParameters = [
        "dryRun=All", "dryRun=", "dryRun=None", "fieldManager=me", "fieldManager=%00", "fieldValidation=Strict",
        "fieldValidation=Warn", "fieldValidation=Ignore", "fieldValidation=x", "force=true", "force=x", "pretty=true",
        "resourceVersion=1", "resourceVersion=0", "resourceVersion=-1", "resourceVersion=18446744073709551615",
        "resourceVersion=18446744073709551616", "resourceVersion=abc", "gracePeriodSeconds=0", "gracePeriodSeconds=-1",
        "gracePeriodSeconds=99999999999999999999", "propagationPolicy=Foreground", "propagationPolicy=Orphan",
        "propagationPolicy=x", "orphanDependents=true", "includeObject=Object", "includeObject=None", "includeObject=x",
        "unknown=1", "=", "&&", "%zz", "a=%", "tailLines=5", "container=app", "follow=true", "verbose", "timeout=1s",
        "timeout=x",
    ]

    static let listParameters =
        anyParameters + [
            "limit=1", "limit=0", "limit=-1", "limit=500", "limit=9223372036854775807", "limit=x", "labelSelector=a=b",
            "labelSelector=a%20in%20(b,c),!d", "labelSelector=app%3Done", "labelSelector=%2C",
            "labelSelector=a%20in%20(",
            "labelSelector=a>1", "fieldSelector=metadata.name=one", "fieldSelector=metadata.name!=one,status.phase=x",
            "fieldSelector=spec.colour=red", "fieldSelector=x%5C,y=z", "fieldSelector==", "resourceVersionMatch=Exact",
            "resourceVersionMatch=NotOlderThan", "resourceVersionMatch=x", "sendInitialEvents=true", "continue=abc",
            "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiZnV6ei9vbmUifQ",
            "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTIyMzM3MjAzNjg1NDc3NTgwNywic3RhcnQiOiJhIn0",
            "watch=1", "watch=0", "watch=x",
        ]

    static let watchParameters =
        listParameters + [
            "timeoutSeconds=1", "timeoutSeconds=0", "timeoutSeconds=-1", "timeoutSeconds=9223372036854775807",
            "timeoutSeconds=x", "allowWatchBookmarks=true", "sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
            "sendInitialEvents=false&resourceVersionMatch=NotOlderThan",
            "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
        ]

    static let accepts = [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "*/*", "application/*",
        "text/html",
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/json;as=x;v=v1;g=meta.k8s.io",
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        "application/yaml;as=Table;v=v1;g=meta.k8s.io",
        "application/json;stream=watch", "application/json;q=nan", "application/json;q=1e400,*/*;q=-1", ";", ",",
        "a/b;c",
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    ]

    static let contentTypes = [
        "application/json", "application/json; charset=utf-8", "text/plain", "application/xml", "", ";", "application/",
        "application/json-patch+json", "application/vnd.kubernetes.protobuf", "APPLICATION/JSON", "application/cbor",
    ]

    static let agents = ["kubectl/v1.36.0", "curl/8.0", "/", "", "a b", "é/1", String(repeating: "a", count: 300)]

    static let credentials: [(name: String, value: String)] = [
        ("Authorization", "Bearer abc"), ("Authorization", "Bearer a.b.c"), ("Authorization", "Basic YTpi"),
        ("Authorization", ""), ("Impersonate-User", "someone"), ("Impersonate-Group", "system:masters"),
    ]

    static let deleteOptions: [JSONValue] = [
        [:], ["propagationPolicy": "Background"], ["propagationPolicy": "Foreground"], ["gracePeriodSeconds": 0],
        ["kind": "DeleteOptions", "apiVersion": "v1", "preconditions": ["uid": "x", "resourceVersion": "1"]],
        ["orphanDependents": true], ["dryRun": ["All"]], ["gracePeriodSeconds": -1], .null, [],
    ]

    static let otherPaths = [
        "/", "/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/apis/x/v1", "/openapi/v3", "/openapi/v2",
        "/openapi/v3/apis/apps/v1", "/openapi/v3/apis/fuzz.example.com/v1", "/openapi/v3/api/v1", "/version",
        "/healthz",
        "/livez/ping", "/readyz?verbose", "/metrics", "/debug/writes", "/debug/writes?after=1&limit=2",
        "/debug/writes?limit=18446744073709551615", "/api/v1/watch/pods", "/api/v1/watch/namespaces/fuzz/pods/one",
        "/api/v1/namespaces//pods", "/api/v1//namespaces/fuzz/pods", "//api/v1/pods", "/api/v1/pods/",
        "/api/v1/pods/one",
        "/api/v1/namespaces/fuzz/pods/%2e%2e", "/api/v1/namespaces/%00/pods", "/api/v1/namespaces/fuzz/pods/a%2Fb",
        "/api/v1/namespaces/fuzz", "/api/v1/namespaces/fuzz/status", "/api/v1/namespaces/fuzz/finalize", "/api/v1/x",
        "/apis/fuzz.example.com/v1/namespaces/fuzz/widgets/one/scale", "/apis/fuzz.example.com/v2/widgets", "", "*",
        "%", "?",
    ]
}
