/// A moment at which something can go wrong: the n-th time that a request is made, or that an event is delivered.
///
/// Named by what happens and not by a running number, so that a plan hits the same write in every run, whatever else is
/// interleaved with it: `apply:deployments.apps:shop/web#2` is the second apply of that object, `list:configmaps#1` the
/// first list, `MODIFIED:configmaps:shop/settings#1` the first such event on any watch.
public struct InjectionPoint: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What happens: `verb:resource[:object]`.
    public var happening: String
    /// Which time, from 1.
    public var occurrence: Int

    /// A point.
    public init(_ happening: String, occurrence: Int = 1) {
        self.happening = happening
        self.occurrence = occurrence
    }

    /// Reads a point as ``description`` writes it.
    public init?(parsing text: some StringProtocol) {
        guard let mark = text.lastIndex(of: "#"), let occurrence = Int(text[text.index(after: mark)...]),
            occurrence > 0,
            mark > text.startIndex
        else { return nil }
        self.init(String(text[..<mark]), occurrence: occurrence)
    }

    /// `happening#occurrence`.
    public var description: String { "\(happening)#\(occurrence)" }

    /// Orders by what happens, then by when.
    public static func < (left: InjectionPoint, right: InjectionPoint) -> Bool {
        (left.happening, left.occurrence) < (right.happening, right.occurrence)
    }

    /// What is done: a verb, or the type of an event.
    var verb: Substring { happening.prefix { $0 != ":" } }
    /// To which resource, with its subresource.
    var resource: Substring { happening.dropFirst(verb.count + 1).prefix { $0 != ":" } }
}
