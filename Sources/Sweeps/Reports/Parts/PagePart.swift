/// A piece of a page, which a template of `Templates/` writes from its stored properties. Escaping is the template's: whatever text
/// a part holds is shown as it is.
protocol PagePart {
    /// The template. It sees only what is stored, and an empty text as something: what may be missing is an optional.
    static var template: Templates.Name { get }
}
