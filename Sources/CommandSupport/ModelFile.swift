public import OccInference
internal import SystemSupport

/// Model packages as people name them on a command line.
public enum ModelFile {
    /// Opens a model package; reads its header only.
    ///
    /// - Throws: `CommandFailure` (`configuration`) where there is none, a folder, or a file of another kind; `ModelPackageError` for a damaged
    ///   one, `FileError` for one that may not be read.
    public static func open(_ path: String) throws -> ModelPackage {
        do {
            return try ModelPackage(path: path)
        } catch let error as FileError where error.isNotFound {
            throw refusal("there is no model package '\(path)'")
        } catch let error as FileError where error.isFolder {
            throw refusal("'\(path)' is a folder; name the model package in it")
        } catch let error as FileError where error.code == 0 {
            throw refusal("'\(path)' is not a model package: \(error.detail ?? "")")
        } catch let error as ModelPackageError where error.kind == .notAPackage {
            throw refusal("'\(path)' is not a model package")
        }
    }

    private static func refusal(_ found: String) -> CommandFailure {
        CommandFailure(.configuration, "\(found); `occ-scheduler import-model` makes one from a network's weights")
    }
}
