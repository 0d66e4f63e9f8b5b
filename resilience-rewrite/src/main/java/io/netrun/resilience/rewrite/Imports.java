package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.AddImport;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.TypeTree;

/**
 * The imports of a file after a move. An import whose class has a new name is replaced where it stands, so that the new
 * class may have the same simple name; those that nothing uses any more are removed.
 */
final class Imports {

    private final Set<String> added = new LinkedHashSet<>();

    private final Set<String> former = new HashSet<>();

    /** Notes that the file has begun to use a class. */
    void add(String typeName) {
        added.add(typeName);
    }

    /** Notes that the file may have ceased to use a class. */
    void remove(String typeName) {
        former.add(typeName);
    }

    /**
     * The file with its imports.
     *
     * @param renamed the new names of classes, by their former ones
     */
    JavaSourceFile apply(JavaSourceFile file, Map<String, String> renamed, ExecutionContext ctx) {
        if (added.isEmpty() && former.isEmpty()) {
            return file;
        }
        Set<String> used = identifiers(file);
        List<J.Import> imports = new ArrayList<>();
        Set<String> missing = new LinkedHashSet<>(added);
        Space first = null;
        for (J.Import imported : file.getImports()) {
            String name = imported.getTypeName();
            String simple = imported.getQualid().getSimpleName();
            String replacement = renamed.get(name);
            J.Import next = imported;
            if (!imported.isStatic()
                    && replacement != null
                    && !isKept(name, replacement, used)
                    && missing.remove(replacement)) {
                J.FieldAccess access = TypeTree.build(replacement);
                next = imported.withQualid(access.withPrefix(Space.SINGLE_SPACE));
            } else if (isFormer(name) && !simple.equals("*") && !used.contains(simple)) {
                first = imports.isEmpty() && first == null ? imported.getPrefix() : first;
                continue;
            }
            imports.add(imports.isEmpty() && first != null ? next.withPrefix(first) : next);
        }
        JavaSourceFile changed = atTheTop(file.withImports(imports), file);
        for (String name : missing) {
            @Nullable Tree tree = new AddImport<ExecutionContext>(name, null, false).visit(changed, ctx);
            changed = tree instanceof JavaSourceFile source ? source : changed;
        }
        return changed;
    }

    /** A file that has lost all of its imports, and has nothing else before its first class. */
    private static JavaSourceFile atTheTop(JavaSourceFile changed, JavaSourceFile file) {
        boolean begins = changed.getImports().isEmpty() && !file.getImports().isEmpty();
        if (!begins
                || !(changed instanceof J.CompilationUnit unit)
                || unit.getPackageDeclaration() != null
                || unit.getClasses().isEmpty()
                || !unit.getClasses().get(0).getPrefix().getComments().isEmpty()) {
            return changed;
        }
        List<J.ClassDeclaration> classes = new ArrayList<>(unit.getClasses());
        classes.set(0, classes.get(0).withPrefix(Space.EMPTY));
        return unit.withClasses(classes);
    }

    /** Whether other code than annotations uses a class, so that its import has to stay beside the new one. */
    private static boolean isKept(String name, String replacement, Set<String> used) {
        String simple = name.substring(name.lastIndexOf('.') + 1);
        return used.contains(simple) && !SpringMove.REMOVED.contains(name) && !replacement.endsWith("." + simple);
    }

    private boolean isFormer(String name) {
        String outer = name.replace('$', '.');
        return former.stream().anyMatch(type -> outer.equals(type) || outer.startsWith(type + "."));
    }

    private static Set<String> identifiers(JavaSourceFile file) {
        Set<String> names = new HashSet<>();
        new JavaIsoVisitor<Set<String>>() {
            @Override
            public J.Import visitImport(J.Import imported, Set<String> found) {
                return imported;
            }

            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Set<String> found) {
                found.add(identifier.getSimpleName());
                return identifier;
            }
        }.visit(file, names);
        return names;
    }
}
