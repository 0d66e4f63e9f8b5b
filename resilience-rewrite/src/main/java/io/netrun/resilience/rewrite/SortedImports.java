package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Tree;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.marker.Markers;

/** The imports of a file that are sorted, and stay so: by their names, in one or several blocks. */
final class SortedImports {

    private final boolean all;

    private final boolean others;

    private final boolean blocks;

    private final boolean separate;

    /** @param original the file before the move, whose order counts */
    SortedImports(JavaSourceFile original) {
        List<J.Import> imports = original.getImports();
        this.all = isSorted(names(imports, true));
        this.others = isSorted(names(imports, false));
        this.blocks = imports.stream().skip(1).anyMatch(SortedImports::isFirst);
        this.separate = blocks && isSeparate(imports);
    }

    /** Whether each block has imports with one first part alone. */
    private static boolean isSeparate(List<J.Import> imports) {
        for (int i = 1; i < imports.size(); i++) {
            boolean mixed = !isFirst(imports.get(i))
                    && !isLike(imports.get(i - 1), imports.get(i).getTypeName())
                    && !isOfJava(imports.get(i).getTypeName());
            if (mixed) {
                return false;
            }
        }
        return true;
    }

    private static List<String> names(List<J.Import> imports, boolean java) {
        return imports.stream()
                .filter(imported -> !imported.isStatic())
                .map(J.Import::getTypeName)
                .filter(name -> java || !isOfJava(name))
                .toList();
    }

    private static boolean isOfJava(String name) {
        return name.startsWith("java.") || name.startsWith("javax.");
    }

    private static boolean isSorted(List<String> names) {
        return names.equals(names.stream().sorted().toList()) && !names.isEmpty();
    }

    /** Whether an import begins a block. */
    private static boolean isFirst(J.Import imported) {
        String space = imported.getPrefix().getWhitespace();
        return space.chars().filter(each -> each == '\n').count() > 1;
    }

    /**
     * A file with further imports; null if its imports are in no order.
     *
     * @param missing the classes to import
     * @param replaced the classes that may have taken the position of others
     */
    @Nullable
    JavaSourceFile with(JavaSourceFile file, Set<String> missing, Collection<String> replaced) {
        if (!all && !others) {
            return null;
        }
        List<J.Import> imports = new ArrayList<>(file.getImports());
        Set<String> added = new TreeSet<>(missing);
        for (int i = 0; i < imports.size(); i++) {
            J.Import imported = imports.get(i);
            boolean moves = !imported.isStatic()
                    && replaced.contains(imported.getTypeName())
                    && imported.getPrefix().getComments().isEmpty();
            if (moves) {
                added.add(imported.getTypeName());
                imports.remove(i);
                if (i < imports.size() && (i == 0 || isFirst(imported)) && !isFirst(imports.get(i))) {
                    imports.set(i, imports.get(i).withPrefix(imported.getPrefix()));
                }
                i--;
            }
        }
        if (added.isEmpty()) {
            return file;
        } else if (imports.isEmpty() || imports.stream().allMatch(J.Import::isStatic)) {
            return null;
        }
        Set<String> packages = new TreeSet<>();
        imports.stream()
                .filter(imported -> !imported.isStatic()
                        && imported.getQualid().getSimpleName().equals("*"))
                .forEach(imported -> packages.add(imported.getPackageName()));
        added.stream()
                .filter(name -> imports.stream()
                        .noneMatch(imported ->
                                !imported.isStatic() && imported.getTypeName().equals(name)))
                .filter(name -> !packages.contains(name.substring(0, name.lastIndexOf('.'))))
                .forEach(name -> insert(imports, name));
        return file.withImports(imports);
    }

    private void insert(List<J.Import> imports, String name) {
        int index = imports.size();
        int last = -1;
        for (int i = 0; i < imports.size(); i++) {
            J.Import each = imports.get(i);
            boolean counts = !each.isStatic() && (all || !isOfJava(each.getTypeName()));
            if (counts && each.getTypeName().compareTo(name) > 0) {
                index = i;
                break;
            } else if (counts) {
                last = i;
            }
        }
        if (index == imports.size()) {
            index = last + 1; // behind the last one of its kind, and before static ones
        }
        J.Import next = index < imports.size() ? imports.get(index) : null;
        String prefix = "\n";
        String behind = null;
        if (index == 0 && next != null) {
            imports.add(0, created(name, next.getPrefix()));
            imports.set(1, next.withPrefix(Space.format(separate && !isLike(next, name) ? "\n\n" : "\n")));
            return;
        } else if (index > 0 && isLike(imports.get(index - 1), name)) {
            prefix = "\n";
        } else if (next != null && isLike(next, name)) {
            prefix = next.getPrefix().getWhitespace();
            behind = "\n";
        } else if (separate && (next == null || isFirst(next))) {
            prefix = "\n\n";
        }
        if (next != null && behind != null) {
            imports.set(index, next.withPrefix(next.getPrefix().withWhitespace(behind)));
        }
        imports.add(index, created(name, Space.format(prefix)));
    }

    /** Whether an import belongs into the block of another one, which its first part decides. */
    private static boolean isLike(J.Import imported, String name) {
        String other = imported.getTypeName();
        return other.substring(0, other.indexOf('.') + 1).equals(name.substring(0, name.indexOf('.') + 1));
    }

    private static J.Import created(String name, Space prefix) {
        J.FieldAccess access = TypeTree.build(name);
        return new J.Import(
                Tree.randomId(),
                prefix,
                Markers.EMPTY,
                JLeftPadded.build(false).withBefore(Space.EMPTY),
                access.withPrefix(Space.SINGLE_SPACE),
                null);
    }
}
