import KubeCore

/// Network policies.
struct NetworkPolicyStrategy: KindStrategy {
    var generationMembers: [String]? { ["spec"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefault("podSelector", [:])
            if spec.lacks("policyTypes") {
                spec.set(spec.lacks("egress") ? ["Ingress"] : ["Ingress", "Egress"], at: "policyTypes")
            }
            for direction in ["ingress", "egress"] {
                spec.editEach(direction) { rule in
                    rule.editEach("ports") { $0.setDefaultText("protocol", "TCP") }
                }
            }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let spec = object.specification
        var errors = FieldRules.selector(spec["podSelector"], "spec.podSelector")
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in spec.list(direction).enumerated() {
                let field = "spec.\(direction)[\(index)]"
                for (position, port) in rule.list("ports").enumerated() {
                    errors += self.port(port, "\(field).ports[\(position)]")
                }
                for (position, peer) in rule.list(peers).enumerated() {
                    errors += self.peer(peer, "\(field).\(peers)[\(position)]")
                }
            }
        }
        let types = spec.list("policyTypes")
        if types.count > 2 {
            errors.append(
                .invalid("spec.policyTypes", spec["policyTypes"], "may not specify more than two policyTypes"))
        } else {
            for (index, type) in types.enumerated() {
                errors += FieldRules.oneOf(type, ["Egress", "Ingress"], "spec.policyTypes[\(index)]")
            }
        }
        return errors
    }

    private func port(_ port: JSONValue, _ field: String) -> [FieldError] {
        var errors = FieldRules.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], "\(field).protocol")
        if let number = port["port"] {
            errors += FieldRules.portOrName(number, "\(field).port")
            if port["endPort"] != nil {
                if number.stringValue != nil {
                    errors.append(
                        .invalid("\(field).endPort", port["endPort"], "may not be specified when `port` is non-numeric")
                    )
                } else if port.number("endPort") < number.integerValue ?? 0 {
                    errors.append(
                        .invalid("\(field).endPort", port["endPort"], "must be greater than or equal to `port`"))
                }
            }
        } else if port["endPort"] != nil {
            errors.append(
                .invalid("\(field).endPort", port["endPort"], "may not be specified when `port` is not specified"))
        }
        return errors
    }

    private func peer(_ peer: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let selectors = ["podSelector", "namespaceSelector"].filter { peer[$0] != nil }
        for selector in selectors { errors += FieldRules.selector(peer[selector], "\(field).\(selector)") }
        if let block = peer["ipBlock"] {
            if !selectors.isEmpty {
                errors.append(
                    .forbidden(field, "may not specify both ipBlock and another peer"))
            }
            if block.text("cidr").isEmpty {
                errors.append(.required("\(field).ipBlock.cidr"))
            }
        } else if selectors.isEmpty {
            errors.append(.required(field, "must specify a peer"))
        }
        return errors
    }

    /// The words of the first version of the kind, which the table has kept.
    private static let podSelectorDescription = """
        Selects the pods to which this NetworkPolicy object applies.  The array of ingress rules is applied to any \
        pods selected by this field. Multiple network policies can select the same set of pods.  In this case, the \
        ingress rules for each are combined additively. This field is NOT optional and follows standard label \
        selector semantics. An empty podSelector matches all pods in this namespace.
        """

    private static let table: [TableColumn] = [
        .name, TableColumn("Pod-Selector", description: podSelectorDescription), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [Cell.name(object), Cell.selector(object.specification["podSelector"]), Cell.age(object, now)]
    }
}
