/// The functions of the language and of the libraries that Kubernetes adds, by the types that they take.
///
/// A signature reads `target.(arguments)->result`, or `(arguments)->result` for a function without a target.
enum CELSignatures {
    /// One way to call a function.
    struct Overload: Sendable {
        var target: CELType?
        var arguments: [CELType]
        var result: CELType
    }

    static let overloads: [String: [Overload]] = {
        var table: [String: [Overload]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            table[String(parts[0])] = parts.dropFirst().map { overload(String($0)) }
        }
        return table
    }()

    private static let text = """
        _==_ (A,A)->bool
        _!=_ (A,A)->bool
        _<_ (int,int)->bool (uint,uint)->bool (double,double)->bool (string,string)->bool (bytes,bytes)->bool \
        (bool,bool)->bool (duration,duration)->bool (timestamp,timestamp)->bool (int,double)->bool (double,int)->bool \
        (int,uint)->bool (uint,int)->bool (double,uint)->bool (uint,double)->bool
        _+_ (int,int)->int (uint,uint)->uint (double,double)->double (string,string)->string (bytes,bytes)->bytes \
        (list<A>,list<A>)->list<A> (duration,duration)->duration (timestamp,duration)->timestamp \
        (duration,timestamp)->timestamp
        _-_ (int,int)->int (uint,uint)->uint (double,double)->double (duration,duration)->duration \
        (timestamp,duration)->timestamp (timestamp,timestamp)->duration
        _*_ (int,int)->int (uint,uint)->uint (double,double)->double
        _/_ (int,int)->int (uint,uint)->uint (double,double)->double
        _%_ (int,int)->int (uint,uint)->uint
        -_ (int)->int (double)->double
        !_ (bool)->bool
        _&&_ (bool,bool)->bool
        _||_ (bool,bool)->bool
        _?_:_ (bool,A,A)->A
        @in (A,list<A>)->bool (A,map<A,B>)->bool
        _[_] (list<A>,int)->A (map<A,B>,A)->B
        _[?_] (list<A>,int)->optional<A> (map<A,B>,A)->optional<B>
        size (string)->int (bytes)->int (list<A>)->int (map<A,B>)->int string.()->int bytes.()->int list<A>.()->int \
        map<A,B>.()->int
        contains string.(string)->bool
        startsWith string.(string)->bool
        endsWith string.(string)->bool
        matches string.(string)->bool (string,string)->bool
        int (int)->int (uint)->int (double)->int (string)->int (timestamp)->int (duration)->int
        uint (uint)->uint (int)->uint (double)->uint (string)->uint
        double (double)->double (int)->double (uint)->double (string)->double
        string (string)->string (int)->string (uint)->string (double)->string (bool)->string (bytes)->string \
        (timestamp)->string (duration)->string (net.IP)->string (net.CIDR)->string
        bool (bool)->bool (string)->bool
        bytes (bytes)->bytes (string)->bytes
        duration (duration)->duration (string)->duration (int)->duration
        timestamp (timestamp)->timestamp (string)->timestamp (int)->timestamp
        type (A)->type<A>
        dyn (A)->dyn
        getFullYear timestamp.()->int timestamp.(string)->int
        getMonth timestamp.()->int timestamp.(string)->int
        getDate timestamp.()->int timestamp.(string)->int
        getDayOfMonth timestamp.()->int timestamp.(string)->int
        getDayOfWeek timestamp.()->int timestamp.(string)->int
        getDayOfYear timestamp.()->int timestamp.(string)->int
        getHours timestamp.()->int timestamp.(string)->int duration.()->int
        getMinutes timestamp.()->int timestamp.(string)->int duration.()->int
        getSeconds timestamp.()->int timestamp.(string)->int duration.()->int
        getMilliseconds timestamp.()->int timestamp.(string)->int duration.()->int
        charAt string.(int)->string
        indexOf string.(string)->int string.(string,int)->int list<A>.(A)->int
        lastIndexOf string.(string)->int string.(string,int)->int list<A>.(A)->int
        join list<string>.()->string list<string>.(string)->string
        lowerAscii string.()->string
        upperAscii string.()->string
        replace string.(string,string)->string string.(string,string,int)->string
        split string.(string)->list<string> string.(string,int)->list<string>
        substring string.(int)->string string.(int,int)->string
        trim string.()->string
        reverse string.()->string list<A>.()->list<A>
        format string.(list<dyn>)->string
        find string.(string)->string
        findAll string.(string)->list<string> string.(string,int)->list<string>
        isSorted list<A>.()->bool
        sum list<A>.()->A
        min list<A>.()->A
        max list<A>.()->A
        sort list<A>.()->list<A>
        distinct list<A>.()->list<A>
        flatten list<list<A>>.()->list<A>
        slice list<A>.(int,int)->list<A>
        isURL (string)->bool
        url (string)->kubernetes.URL
        getScheme kubernetes.URL.()->string
        getHost kubernetes.URL.()->string
        getHostname kubernetes.URL.()->string
        getPort kubernetes.URL.()->string
        getEscapedPath kubernetes.URL.()->string
        getQuery kubernetes.URL.()->map<string,list<string>>
        isIP (string)->bool
        ip (string)->net.IP net.CIDR.()->net.IP
        ip.isCanonical (string)->bool
        family net.IP.()->int
        isUnspecified net.IP.()->bool
        isLoopback net.IP.()->bool
        isLinkLocalMulticast net.IP.()->bool
        isLinkLocalUnicast net.IP.()->bool
        isGlobalUnicast net.IP.()->bool
        isCIDR (string)->bool
        cidr (string)->net.CIDR
        containsIP net.CIDR.(net.IP)->bool net.CIDR.(string)->bool
        containsCIDR net.CIDR.(net.CIDR)->bool net.CIDR.(string)->bool
        masked net.CIDR.()->net.CIDR
        prefixLength net.CIDR.()->int
        isQuantity (string)->bool
        quantity (string)->kubernetes.Quantity
        sign kubernetes.Quantity.()->int
        isInteger kubernetes.Quantity.()->bool
        asInteger kubernetes.Quantity.()->int
        asApproximateFloat kubernetes.Quantity.()->double
        isGreaterThan kubernetes.Quantity.(kubernetes.Quantity)->bool
        isLessThan kubernetes.Quantity.(kubernetes.Quantity)->bool
        compareTo kubernetes.Quantity.(kubernetes.Quantity)->int
        add kubernetes.Quantity.(kubernetes.Quantity)->kubernetes.Quantity \
        kubernetes.Quantity.(int)->kubernetes.Quantity
        sub kubernetes.Quantity.(kubernetes.Quantity)->kubernetes.Quantity \
        kubernetes.Quantity.(int)->kubernetes.Quantity
        path kubernetes.authorization.Authorizer.(string)->kubernetes.authorization.PathCheck
        group kubernetes.authorization.Authorizer.(string)->kubernetes.authorization.GroupCheck
        serviceAccount kubernetes.authorization.Authorizer.(string,string)->kubernetes.authorization.Authorizer
        resource kubernetes.authorization.GroupCheck.(string)->kubernetes.authorization.ResourceCheck
        subresource kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.ResourceCheck
        namespace kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.ResourceCheck
        name kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.ResourceCheck
        fieldSelector kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.ResourceCheck
        labelSelector kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.ResourceCheck
        check kubernetes.authorization.PathCheck.(string)->kubernetes.authorization.Decision \
        kubernetes.authorization.ResourceCheck.(string)->kubernetes.authorization.Decision
        allowed kubernetes.authorization.Decision.()->bool
        reason kubernetes.authorization.Decision.()->string
        errored kubernetes.authorization.Decision.()->bool
        error kubernetes.authorization.Decision.()->string
        hasValue optional<A>.()->bool
        value optional<A>.()->A
        orValue optional<A>.(A)->A
        or optional<A>.(optional<A>)->optional<A>
        optional.of (A)->optional<A>
        optional.none ()->optional<dyn>
        optional.ofNonZeroValue (A)->optional<A>
        sets.contains (list<A>,list<A>)->bool
        sets.equivalent (list<A>,list<A>)->bool
        sets.intersects (list<A>,list<A>)->bool
        lists.range (int)->list<int>
        first list<A>.()->optional<A>
        last list<A>.()->optional<A>
        strings.quote (string)->string
        math.greatest (A)->A (A,A)->A (A,A,A)->A (A,A,A,A)->A
        math.least (A)->A (A,A)->A (A,A,A)->A (A,A,A,A)->A
        math.abs (int)->int (double)->double (uint)->uint
        """

    /// Functions that are written like members of a namespace.
    static let namespaces: Set<String> = ["ip", "optional", "math", "sets", "lists", "strings"]

    private static func overload(_ text: String) -> Overload {
        let arrow = text.firstRange(of: "->") ?? text.endIndex..<text.endIndex
        let open = text.firstIndex(of: "(") ?? text.startIndex
        let target = open == text.startIndex ? nil : String(text[..<text.index(before: open)])
        let arguments = text[text.index(after: open)..<text.index(before: arrow.lowerBound)]
        return Overload(
            target: target.map(type), arguments: split(String(arguments)).map(type),
            result: type(String(text[arrow.upperBound...])))
    }

    /// Splits at the commas that are in no brackets.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            if character == "<" { depth += 1 }
            if character == ">" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        return part.isEmpty ? parts : parts + [part]
    }

    private static func type(_ text: String) -> CELType {
        if let open = text.firstIndex(of: "<") {
            let inner = split(String(text[text.index(after: open)..<text.index(before: text.endIndex)])).map(type)
            switch text[..<open] {
            case "list": return .list(inner[0])
            case "map": return .map(inner[0], inner[1])
            case "optional": return .optional(inner[0])
            default: return .type(inner[0])
            }
        }
        switch text {
        case "bool": return .bool
        case "int": return .int
        case "uint": return .uint
        case "double": return .double
        case "string": return .string
        case "bytes": return .bytes
        case "duration": return .duration
        case "timestamp": return .timestamp
        case "dyn": return .dyn
        case "A", "B": return .variable(text)
        default: return .opaque(text)
        }
    }
}
