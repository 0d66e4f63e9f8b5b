package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** What a file still uses of a library after it was moved. */
final class Remains {

    private Remains() {}

    /** The types of a package that a file names, with their simple names. */
    static Map<String, String> types(JavaSourceFile file, String packageName) {
        Map<String, String> types = new TreeMap<>();
        for (J.Import imported : file.getImports()) {
            String name = imported.getTypeName().replace('$', '.');
            if (name.startsWith(packageName)
                    && !imported.getQualid().getSimpleName().equals("*")) {
                types.put(name, name.substring(name.lastIndexOf('.') + 1));
            }
        }
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Import visitImport(J.Import imported, Integer p) {
                return imported;
            }

            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                String name = Trees.typeName(annotation, file);
                if (name.startsWith(packageName)) {
                    types.put(name, annotation.getSimpleName());
                }
                return super.visitAnnotation(annotation, p);
            }

            @Override
            public J.FieldAccess visitFieldAccess(J.FieldAccess access, Integer p) {
                if (access.toString().matches(Pattern.quote(packageName) + "([a-z0-9_]+\\.)*[A-Z]\\w*")) {
                    types.put(access.toString(), access.getSimpleName());
                }
                return super.visitFieldAccess(access, p);
            }

            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Integer p) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(identifier.getType());
                String name = type == null ? "" : type.getFullyQualifiedName().replace('$', '.');
                if (name.startsWith(packageName) && name.endsWith("." + identifier.getSimpleName())) {
                    types.put(name, identifier.getSimpleName());
                }
                return identifier;
            }
        }.visit(file, 0);
        return types;
    }

    /** Whether a file names a type of a package, or may need one that is not named. */
    static boolean isAny(JavaSourceFile file, String packageName) {
        return !types(file, packageName).isEmpty();
    }

    /** Lists what a file names, with the lines. */
    static void list(JavaSourceFile file, String library, String packageName, Consumer<Left> left) {
        List<String> lines = file.printAll().lines().toList();
        types(file, packageName).forEach((type, simple) -> {
            List<String> found = lines(lines, simple);
            left.accept(new Left(
                    type,
                    (found.isEmpty()
                                    ? "The import is not used. Remove it."
                                    : "The code still uses it, in " + (found.size() == 1 ? "line " : "lines ")
                                            + String.join(", ", found) + ". " + counterpart(library, type, simple))
                            .strip()));
        });
    }

    /** The numbers of the lines in which a name stands. */
    static List<String> lines(List<String> lines, String simple) {
        Pattern name = Pattern.compile("(?<![\\w\"])" + Pattern.quote(simple) + "(?![\\w\"])");
        List<String> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            boolean code = !line.startsWith("import ") && !line.startsWith("*") && !line.startsWith("//");
            if (code && name.matcher(line).find()) {
                found.add(String.valueOf(i + 1));
            }
        }
        return found.stream().distinct().collect(Collectors.toList());
    }

    private static String counterpart(String library, String type, String simple) {
        String annotation = MappingTable.get().renamed(library, "annotation").getOrDefault(type, "");
        if (annotation.endsWith("." + simple)) {
            return "The name means " + annotation + " now, whose attributes differ: where these are used, the code does"
                    + " not compile.";
        } else if (!annotation.isEmpty()) {
            return "The recipe has replaced the annotation by " + annotation
                    + ": code that looks for this one finds none. Let it look for the other one.";
        }
        return MappingTable.get()
                .find(library, "type", type)
                .map(row -> row.here().name().isEmpty()
                        ? row.reason()
                        : "Replace it by " + row.here().name() + ". " + row.reason())
                .orElse("No annotation replaces it.");
    }
}
