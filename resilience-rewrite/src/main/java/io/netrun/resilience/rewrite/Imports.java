package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.AddImport;
import org.openrewrite.java.ChangeType;
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

    /** What classes become, by their former names. */
    private final Map<String, String> replaced = new HashMap<>();

    private final TypeNames names;

    /** @param names the names of the classes of all sources */
    Imports(TypeNames names) {
        this.names = names;
    }

    /** Notes that the file has begun to use a class. */
    void add(String typeName) {
        added.add(typeName);
    }

    /** Notes that the file has begun to use a class instead of another one. */
    void replace(String former, String typeName) {
        add(typeName);
        remove(former);
        replaced.put(former, typeName);
    }

    /** Notes that the file may have ceased to use a class. */
    void remove(String typeName) {
        former.add(typeName);
    }

    /**
     * The file with its imports. What cannot be imported, since its simple name has another meaning, has its full name.
     *
     * @param annotations the new names of annotations, by their former ones
     */
    JavaSourceFile apply(JavaSourceFile original, Map<String, String> annotations, ExecutionContext ctx) {
        if (added.isEmpty() && former.isEmpty()) {
            return original;
        }
        Map<String, String> renamed = new HashMap<>(annotations);
        Set<String> named = replaced.isEmpty() ? Set.of() : TypeNames.named(original);
        replaced.forEach((there, here) -> {
            if (!named.contains(there) && MappedPatterns.simple(there).equals(MappedPatterns.simple(here))) {
                renamed.put(there, here);
            }
        });
        Set<String> missing = new LinkedHashSet<>(added);
        Set<String> taken = new HashSet<>();
        for (String type : added) {
            if (names.isTaken(original, type, formers(type, renamed))) {
                taken.add(type);
                missing.remove(type);
            }
        }
        JavaSourceFile file = names.qualified(original, taken);
        Set<String> used = identifiers(file);
        List<J.Import> imports = new ArrayList<>();
        Set<J.Import> gone = new HashSet<>();
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
                gone.add(imported);
            }
            imports.add(next);
        }
        JavaSourceFile changed = atTheTop(file.withImports(Trees.without(imports, gone::contains)), file);
        JavaSourceFile sorted = new SortedImports(original).with(changed, missing, renamed.values());
        if (sorted != null) {
            return withFirstLine(sorted, original);
        }
        for (String name : missing) {
            @Nullable Tree tree = new AddImport<ExecutionContext>(name, null, false).visit(changed, ctx);
            changed = tree instanceof JavaSourceFile source ? withGroups(source, changed) : changed;
        }
        return withFirstLine(withoutNewPackages(changed, file), original);
    }

    /** A file with a new import, whose groups are as far from each other as before. */
    private static JavaSourceFile withGroups(JavaSourceFile changed, JavaSourceFile before) {
        Map<UUID, Space> former = new HashMap<>();
        before.getImports().forEach(imported -> former.put(imported.getId(), imported.getPrefix()));
        List<J.Import> imports = new ArrayList<>(changed.getImports());
        for (int i = 0; i < imports.size(); i++) {
            Space space = former.get(imports.get(i).getId());
            if (space == null
                    || Trees.lines(space) < 2
                    || Trees.lines(imports.get(i).getPrefix()) > 1) {
                continue;
            }
            int first = i;
            while (first > 0 && !former.containsKey(imports.get(first - 1).getId())) {
                first--;
            }
            imports.set(
                    first,
                    imports.get(first)
                            .withPrefix(imports.get(first).getPrefix().withWhitespace(space.getWhitespace())));
        }
        return changed.withImports(imports);
    }

    /** A file whose first import is as far from what is before it as the former one. */
    private static JavaSourceFile withFirstLine(JavaSourceFile changed, JavaSourceFile original) {
        List<J.Import> imports = new ArrayList<>(changed.getImports());
        if (imports.isEmpty() || original.getImports().isEmpty()) {
            return changed;
        }
        J.Import first = imports.get(0);
        String space = original.getImports().get(0).getPrefix().getWhitespace();
        if (first.getPrefix().getWhitespace().equals(space)
                || !first.getPrefix().getComments().isEmpty()) {
            return changed;
        }
        imports.set(0, first.withPrefix(first.getPrefix().withWhitespace(space)));
        return changed.withImports(imports);
    }

    /** The classes that a class replaces. */
    private static List<String> formers(String type, Map<String, String> renamed) {
        return renamed.entrySet().stream()
                .filter(entry -> entry.getValue().equals(type))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * A file in which a class has another name, with what the name needs.
     *
     * @param there the former name
     * @param here the new one
     */
    JavaSourceFile changed(JavaSourceFile file, String there, String here, ExecutionContext ctx) {
        boolean present = TypeNames.isImported(file, here);
        @Nullable Tree tree = new ChangeType(there, here, true).getVisitor().visit(file, ctx);
        if (!(tree instanceof JavaSourceFile changed) || changed == file) {
            return file;
        }
        return !present && names.isTaken(without(changed, here), here, List.of(there))
                ? names.qualified(changed, Set.of(here))
                : TypeNames.shortened(changed, here);
    }

    /** A file without the import of a class. */
    private static JavaSourceFile without(JavaSourceFile file, String type) {
        return file.withImports(file.getImports().stream()
                .filter(imported ->
                        imported.isStatic() || !imported.getTypeName().equals(type))
                .toList());
    }

    /**
     * The import of a whole package has more names than those that are meant: it is not added where another one may
     * have one of them.
     */
    private JavaSourceFile withoutNewPackages(JavaSourceFile changed, JavaSourceFile file) {
        Set<String> former = packages(file);
        Set<String> present = packages(changed);
        boolean others = present.stream().anyMatch(name -> former.contains(name) && !name.startsWith("java."));
        if (!others || former.containsAll(present)) {
            return changed;
        }
        Set<String> named = new TreeSet<>(added);
        file.getImports().stream()
                .filter(imported -> !imported.isStatic())
                .forEach(imported -> named.add(imported.getTypeName()));
        List<J.Import> imports = new ArrayList<>();
        for (J.Import imported : changed.getImports()) {
            String name = imported.getPackageName();
            if (imported.isStatic() || !isPackage(imported) || former.contains(name)) {
                imports.add(imported);
                continue;
            }
            Space prefix = imported.getPrefix();
            for (String type : named) {
                if (type.substring(0, Math.max(0, type.lastIndexOf('.'))).equals(name)) {
                    J.FieldAccess access = TypeTree.build(type);
                    imports.add(imported.withId(Tree.randomId())
                            .withQualid(access.withPrefix(Space.SINGLE_SPACE))
                            .withPrefix(prefix));
                    prefix = Space.format("\n");
                }
            }
        }
        return changed.withImports(imports);
    }

    private static Set<String> packages(JavaSourceFile file) {
        return file.getImports().stream()
                .filter(imported -> !imported.isStatic() && isPackage(imported))
                .map(J.Import::getPackageName)
                .collect(Collectors.toSet());
    }

    private static boolean isPackage(J.Import imported) {
        return imported.getQualid().getSimpleName().equals("*");
    }

    /** A file that has lost all of its imports, and has nothing else before its first class. */
    static JavaSourceFile atTheTop(JavaSourceFile changed, JavaSourceFile file) {
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

    /** The names in a file that stand alone. */
    static Set<String> identifiers(JavaSourceFile file) {
        Set<String> names = new HashSet<>();
        new JavaIsoVisitor<Set<String>>() {
            @Override
            public J.Import visitImport(J.Import imported, Set<String> found) {
                return imported;
            }

            @Override
            public J.FieldAccess visitFieldAccess(J.FieldAccess access, Set<String> found) {
                visit(access.getTarget(), found); // what stands behind a point needs no import
                return access;
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
