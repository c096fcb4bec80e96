/// Which scenes of a run an operator means.
public enum SceneSelection: Sendable, Hashable {
    /// Every scene that the command applies to.
    case all
    /// These, by name; a name that the run does not have is an error that says so.
    case named([String])
}
