/// Decides when a request is handed to libcurl, so that requests share connections.
///
/// libcurl lets requests wait for the first connection to a server, but once that has no streams left it makes a
/// connection for every further request at the same moment: 250 watches would have 151 connections in place of 3. Here
/// they wait until one of them has made the next connection. A pure value: what it returns is to be started.
struct StreamAdmission<Connection: Hashable> {
    /// What a connection can be shared for.
    struct Server: Hashable {
        let host: String
        let port: Int
        let tls: TLSSettings
        let proxy: String?
    }

    private struct Use {
        /// How many streams a connection has, as far as is known: what libcurl itself allows, or less if the server does.
        /// One means that connections are not shared: HTTP/1.1.
        var limit: Int
        var streams: [Connection: Int] = [:]
        /// Handed to libcurl, but not on a connection yet.
        var starting = 0
        var waiting: [UInt64] = []
    }

    private enum Place {
        case waiting
        case starting
        case on(Connection)
    }

    private let limit: Int
    private var uses: [Server: Use] = [:]
    private var places: [UInt64: (server: Server, place: Place)] = [:]

    init(limit: Int = 100) { self.limit = limit }

    /// A new request; true if it may start at once.
    mutating func add(_ request: UInt64, to server: Server) -> Bool {
        var use = uses[server] ?? Use(limit: limit)
        let starts = use.waiting.isEmpty && room(use) > 0
        if starts { use.starting += 1 } else { use.waiting.append(request) }
        uses[server] = use
        places[request] = (server, starts ? .starting : .waiting)
        return starts
    }

    /// A request went out on a connection, perhaps for a second time on another. Returns the requests to start.
    mutating func sent(_ request: UInt64, on connection: Connection) -> [UInt64] {
        guard let (server, place) = places[request], var use = uses[server] else { return [] }
        leave(place, &use)
        if use.streams[connection] == nil, let fullest = use.streams.values.max(), fullest < use.limit {
            // libcurl made another connection where we thought that there was room: so much is a server's limit.
            use.limit = fullest
        }
        use.streams[connection, default: 0] += 1
        use.limit = max(use.limit, use.streams[connection] ?? 0)
        places[request] = (server, .on(connection))
        return start(&use, server, all: false)
    }

    /// A request has ended, in whatever way. Returns the requests to start.
    mutating func end(_ request: UInt64) -> [UInt64] {
        guard let (server, place) = places.removeValue(forKey: request), var use = uses[server] else { return [] }
        if case .waiting = place {
            use.waiting.removeAll { $0 == request }
            uses[server] = use
            return []
        }
        leave(place, &use)
        // Where there was no connection to be had, the others learn that at once and not one after another.
        let hasFailed = if case .starting = place { true } else { false }
        return start(&use, server, all: hasFailed)
    }

    private func room(_ use: Use) -> Int {
        guard use.limit > 1 else { return .max }
        guard !use.streams.isEmpty else { return use.limit - use.starting }
        let free = use.streams.values.reduce(0) { $0 + max(0, use.limit - $1) }
        // Without room, one request makes the next connection.
        return max(free, 1) - use.starting
    }

    private func leave(_ place: Place, _ use: inout Use) {
        switch place {
        case .waiting: break
        case .starting: use.starting -= 1
        case .on(let connection):
            let left = (use.streams[connection] ?? 1) - 1
            use.streams[connection] = left > 0 ? left : nil
        }
    }

    private mutating func start(_ use: inout Use, _ server: Server, all: Bool) -> [UInt64] {
        let started = Array(use.waiting.prefix(all ? .max : max(0, room(use))))
        use.waiting.removeFirst(started.count)
        use.starting += started.count
        for request in started { places[request] = (server, .starting) }
        let isUnused = use.starting == 0 && use.streams.isEmpty && use.waiting.isEmpty
        uses[server] = isUnused ? nil : use
        return started
    }
}
