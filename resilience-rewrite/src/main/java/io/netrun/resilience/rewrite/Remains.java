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
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** What a file still uses of a library after it was moved. */
final class Remains {

    private Remains() {}

    /**
     * The types of a package that a file names as it is written now, with their simple names. What a name meant when
     * the file was read does not count, since its import may be another one after the move: a second run, which reads
     * the file anew, has to find the same.
     */
    static Map<String, String> types(JavaSourceFile file, String packageName) {
        return names(file, packageName, true);
    }

    /** The types of a package that a file named, and whose names mean others by its imports now. */
    static Map<String, String> renamed(JavaSourceFile file, String packageName) {
        return names(file, packageName, false);
    }

    private static Map<String, String> names(JavaSourceFile file, String packageName, boolean written) {
        Map<String, String> types = new TreeMap<>();
        for (J.Import imported : file.getImports()) {
            String name = imported.getTypeName().replace('$', '.');
            if (written
                    && name.startsWith(packageName)
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
                if (annotation.getAnnotationType() instanceof J.Identifier identifier) {
                    add(name, identifier.getSimpleName());
                } else if (written && name.startsWith(packageName)) {
                    types.put(name, annotation.getSimpleName());
                }
                return super.visitAnnotation(annotation, p);
            }

            @Override
            public J.FieldAccess visitFieldAccess(J.FieldAccess access, Integer p) {
                if (access.toString().matches(Pattern.quote(packageName) + "([a-z0-9_]+\\.)*[A-Z]\\w*")) {
                    if (written) {
                        types.put(access.toString(), access.getSimpleName());
                    }
                    return access;
                }
                visit(access.getTarget(), p); // what stands behind a point has the meaning of what is before it
                return access;
            }

            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Integer p) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(identifier.getType());
                add(type == null ? "" : type.getFullyQualifiedName().replace('$', '.'), identifier.getSimpleName());
                return identifier;
            }

            private void add(String name, String simple) {
                if (name.startsWith(packageName)
                        && name.endsWith("." + simple)
                        && isWritten(file, name, packageName) == written) {
                    types.put(name, simple);
                }
            }
        }.visit(file, 0);
        return types;
    }

    /** Whether the simple name of a type means one of its package by the imports of a file. */
    private static boolean isWritten(JavaSourceFile file, String type, String packageName) {
        String simple = type.substring(type.lastIndexOf('.') + 1);
        String owner = type.substring(0, type.lastIndexOf('.'));
        for (J.Import imported : file.getImports()) {
            if (imported.getQualid().getSimpleName().equals(simple)) {
                return imported.getTypeName().replace('$', '.').startsWith(packageName);
            }
        }
        J.Package own = file.getPackageDeclaration();
        return isInPackage(owner, own == null ? "" : own.getExpression().toString())
                || file.getImports().stream()
                        .filter(imported -> imported.getQualid().getSimpleName().equals("*"))
                        .anyMatch(imported -> imported.isStatic()
                                ? imported.getTypeName().replace('$', '.').equals(owner)
                                : imported.getPackageName().equals(owner)
                                        || imported.getTypeName()
                                                .replace('$', '.')
                                                .equals(owner + ".*"))
                || isInherited(file, owner);
    }

    /** Whether an owner of types is a package, or a class of it, whose names a file of the package has. */
    private static boolean isInPackage(String owner, String name) {
        return !name.isEmpty() && (owner.equals(name) || owner.startsWith(name + "."));
    }

    /** Whether a class of the file extends or implements another one, whose nested types it has by their names. */
    private static boolean isInherited(JavaSourceFile file, String owner) {
        boolean[] found = {false};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                JavaType.FullyQualified type = declaration.getType();
                found[0] |= type != null && isBeneath(type, owner, 0);
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(file, 0);
        return found[0];
    }

    private static boolean isBeneath(JavaType.FullyQualified type, String owner, int depth) {
        List<JavaType.FullyQualified> above = new ArrayList<>(type.getInterfaces());
        if (type.getSupertype() != null) {
            above.add(type.getSupertype());
        }
        return depth < 8
                && above.stream()
                        .anyMatch(each ->
                                each.getFullyQualifiedName().replace('$', '.').equals(owner)
                                        || isBeneath(each, owner, depth + 1));
    }

    /**
     * The types of a package that a file uses without naming them, such as that of a result of a call, with the names
     * of the methods whose calls need them.
     *
     * @param moved the types that are others where they are named
     */
    static Map<String, Set<String>> unnamed(JavaSourceFile file, String packageName, Set<String> moved) {
        Map<String, Set<String>> types = new TreeMap<>();
        file.getTypesInUse().getTypesInUse().forEach(type -> add(types, type, packageName, moved, ""));
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                JavaType.Method method = call.getMethodType();
                if (method != null) {
                    add(types, method.getDeclaringType(), packageName, moved, call.getSimpleName());
                    add(types, method.getReturnType(), packageName, moved, call.getSimpleName());
                }
                return super.visitMethodInvocation(call, p);
            }
        }.visit(file, 0);
        return types;
    }

    /** The methods of types that a file calls or refers to, by these types. */
    static Map<String, Set<String>> called(JavaSourceFile file, Collection<String> types) {
        Map<String, Set<String>> called = new TreeMap<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                add(call.getMethodType(), call.getSimpleName());
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                add(reference.getMethodType(), reference.getReference().getSimpleName());
                return super.visitMemberReference(reference, p);
            }

            private void add(JavaType.@Nullable Method method, String name) {
                String type = method == null ? "" : method.getDeclaringType().getFullyQualifiedName();
                if (types.contains(type)) {
                    called.computeIfAbsent(type, each -> new TreeSet<>()).add(name);
                }
            }
        }.visit(file, 0);
        return called;
    }

    private static void add(
            Map<String, Set<String>> types,
            @Nullable JavaType type,
            String packageName,
            Set<String> moved,
            String call) {
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(type);
        String name = known == null ? "" : known.getFullyQualifiedName().replace('$', '.');
        boolean isMoved = moved.stream().anyMatch(other -> name.equals(other) || name.startsWith(other + "."));
        if (name.startsWith(packageName) && !isMoved) {
            Set<String> calls = types.computeIfAbsent(name, each -> new TreeSet<>());
            if (!call.isEmpty()) {
                calls.add(call);
            }
        }
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

    /** How many annotations of some names a file has. */
    static int count(JavaSourceFile file, Collection<String> names) {
        int[] count = {0};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                count[0] += names.contains(Trees.typeName(annotation, file)) ? 1 : 0;
                return super.visitAnnotation(annotation, p);
            }
        }.visit(file, 0);
        return count[0];
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
        renamed(file, packageName).forEach((type, simple) -> {
            List<String> found = lines(lines, simple);
            found.removeAll(annotationLines(lines, found, simple));
            if (!found.isEmpty()) {
                left.accept(new Left(
                        type,
                        "The code still has its name, in " + shown(found) + ". " + counterpart(library, type, simple)));
            }
        });
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

    /** The lines in which one of some names stands, as a sentence behind a space; empty for none. */
    static String where(List<String> text, Collection<String> names) {
        Set<Integer> found = new TreeSet<>();
        names.stream()
                .filter(name -> !name.isEmpty())
                .forEach(name -> lines(text, name).forEach(line -> found.add(Integer.valueOf(line))));
        return where(found);
    }

    /** Some lines as a sentence behind a space; empty for none. */
    static String where(Set<Integer> lines) {
        return lines.isEmpty()
                ? ""
                : " It is in " + shown(lines.stream().map(String::valueOf).toList()) + ".";
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
