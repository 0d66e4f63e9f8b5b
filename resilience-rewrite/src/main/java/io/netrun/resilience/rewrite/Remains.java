package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openrewrite.SourceFile;
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

    /** The annotations of a library that have no effect unless they are activated. */
    static Collection<String> activated(String library) {
        return MappingTable.get().renamed(library, "annotation").keySet().stream()
                .filter(name -> !SpringMove.REMOVED.contains(name))
                .toList();
    }

    /** Whether a source in another language, which stays as it is, has an annotation that has to be activated. */
    static boolean isActive(SourceFile file, String library) {
        String text = OtherLanguages.text(file);
        return activated(library).stream()
                .anyMatch(name -> Pattern.compile(Pattern.quote(name) + "\\b")
                                .matcher(text)
                                .find()
                        || text.contains(name.substring(0, name.lastIndexOf('.')) + ".*"));
    }

    /** The names of those annotations, of some, that a file has. */
    static Set<String> annotated(JavaSourceFile file, Collection<String> names) {
        Set<String> found = new TreeSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                String name = Trees.typeName(annotation, file);
                if (names.contains(name)) {
                    found.add(name);
                }
                return super.visitAnnotation(annotation, p);
            }
        }.visit(file, 0);
        return found;
    }

    /** Whether a file names a type of a package, or may need one that is not named. */
    static boolean isAny(JavaSourceFile file, String packageName) {
        return !types(file, packageName).isEmpty();
    }

    /** Lists what a file names, with the lines. */
    static void list(JavaSourceFile file, String library, String packageName, Consumer<Left> left) {
        List<String> lines = file.printAll().lines().toList();
        Collection<String> known = new ArrayList<>(activated(library));
        known.addAll(SpringMove.ACTIVATING);
        Set<String> annotated = annotated(file, known);
        types(file, packageName).forEach((type, simple) -> {
            List<String> found = lines(lines, simple);
            if (annotated.contains(type)) {
                List<String> kept = annotationLines(lines, found, simple);
                found.removeAll(kept);
                left.accept(new Left(
                        type,
                        "The annotation is not replaced, in " + shown(kept) + ". "
                                + (SpringMove.ACTIVATING.contains(type)
                                        ? "Other annotations stay, which it activates. Remove it with the last of them."
                                        : "It has its effect as before, since what activates it stays, too.")));
                if (found.isEmpty()) {
                    return;
                }
            }
            left.accept(new Left(
                    type,
                    (found.isEmpty()
                                    ? "The import is not used. Remove it."
                                    : "The code still uses it, in " + shown(found) + ". "
                                            + counterpart(library, type, simple))
                            .strip()));
        });
    }

    private static String shown(List<String> lines) {
        return (lines.size() == 1 ? "line " : "lines ") + String.join(", ", lines);
    }

    /** Those of some lines in which a name is that of an annotation. */
    private static List<String> annotationLines(List<String> lines, List<String> found, String simple) {
        Pattern annotation = Pattern.compile("@([a-z]\\w*\\.)*" + Pattern.quote(simple) + "\\b");
        return found.stream()
                .filter(line -> annotation
                        .matcher(lines.get(Integer.parseInt(line) - 1))
                        .find())
                .toList();
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
