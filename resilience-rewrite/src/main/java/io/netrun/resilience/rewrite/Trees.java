package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JContainer;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.Markers;

/** Parts of Java and Kotlin sources: reading and creating annotations. */
final class Trees {

    /** The annotations of the other libraries. */
    private static final Set<String> ANNOTATIONS = MappingTable.get().rows().stream()
            .filter(row -> row.section().what().equals("annotation"))
            .map(row -> row.there().name())
            .collect(Collectors.toSet());

    /** The simple names of annotations with an effect on calls through a proxy alone. */
    private static final Set<String> ADVISED = MappingTable.get()
            .rows(MappingTable.SPRING, "advice")
            .map(row -> row.there().name())
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .collect(Collectors.toSet());

    /** Those of them that a class may have for its methods. */
    private static final Set<String> ADVISED_OF_CLASSES = MappingTable.get()
            .rows(MappingTable.SPRING, "advice")
            .filter(row -> row.kind().equals("class"))
            .map(row -> row.there().name())
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .collect(Collectors.toSet());

    /** No character of a source. */
    private static final char MARK = '\0';

    private Trees() {}

    /** The numbers of the lines in which identifiers and literals stand, by their ids. */
    static Set<Integer> lines(JavaSourceFile file, Set<UUID> ids) {
        return lines(file, ids, "");
    }

    /**
     * The numbers of the lines in which identifiers and literals stand, by their ids.
     *
     * @param part the part of a literal that is meant, where it has several lines
     */
    static Set<Integer> lines(JavaSourceFile file, Set<UUID> ids, String part) {
        J marked = new JavaIsoVisitor<Integer>() {
            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Integer p) {
                return ids.contains(identifier.getId())
                        ? identifier.withSimpleName(identifier.getSimpleName() + MARK)
                        : identifier;
            }

            @Override
            public J.Literal visitLiteral(J.Literal literal, Integer p) {
                String source = literal.getValueSource();
                if (source == null || !ids.contains(literal.getId())) {
                    return literal;
                }
                int start = Math.max(0, source.indexOf(part));
                return literal.withValueSource(source.substring(0, start) + MARK + source.substring(start));
            }
        }.visitNonNull(file, 0);
        Set<Integer> found = new TreeSet<>();
        int number = 0;
        for (String line : ((JavaSourceFile) marked).printAll().split("\n", -1)) {
            number++;
            if (line.indexOf(MARK) >= 0) {
                found.add(number);
            }
        }
        return found;
    }

    /** Whether a method has an annotation of another library that has no effect without a proxy. */
    static boolean isAdvised(J.MethodDeclaration method) {
        return method.getLeadingAnnotations().stream()
                .anyMatch(annotation -> ADVISED.contains(annotation.getSimpleName()));
    }

    /** Whether a class has such an annotation for its methods. */
    static boolean isAdvised(J.ClassDeclaration declaration) {
        return declaration.getLeadingAnnotations().stream()
                .anyMatch(annotation -> ADVISED_OF_CLASSES.contains(annotation.getSimpleName()));
    }

    /** The full name of an annotation's type; by the imports of its file where the type is not known. */
    static String typeName(J.Annotation annotation, @Nullable JavaSourceFile file) {
        JavaType.FullyQualified type = TypeUtils.asFullyQualified(annotation.getType());
        if (type != null && !(type instanceof JavaType.Unknown)) {
            return type.getFullyQualifiedName();
        }
        String name = annotation.getSimpleName();
        if (annotation.getAnnotationType() instanceof J.FieldAccess access) {
            return access.toString();
        }
        return file == null
                ? name
                : file.getImports().stream()
                        .filter(imported ->
                                !imported.isStatic() && imported.getTypeName().endsWith("." + name))
                        .map(J.Import::getTypeName)
                        .findFirst()
                        .orElseGet(() -> inPackage(file, name));
    }

    /** An annotation that the table knows, by the imports of whole packages. */
    private static String inPackage(JavaSourceFile file, String name) {
        return file.getImports().stream()
                .filter(imported -> !imported.isStatic()
                        && imported.getQualid().getSimpleName().equals("*"))
                .map(imported -> imported.getPackageName() + "." + name)
                .filter(ANNOTATIONS::contains)
                .findFirst()
                .orElse(name);
    }

    /** An annotation where there was none. */
    static J.Annotation annotation(Space prefix, String typeName, List<Expression> arguments) {
        J.Identifier name =
                identifier(typeName.substring(typeName.lastIndexOf('.') + 1), JavaType.ShallowClass.build(typeName));
        return new J.Annotation(
                Tree.randomId(), prefix, Markers.EMPTY, name, arguments.isEmpty() ? null : container(arguments));
    }

    /** A file without imports of whole packages of annotations of which nothing is used any more. */
    static JavaSourceFile withoutUnusedPackages(JavaSourceFile file, String packageName) {
        Set<String> used = new HashSet<>();
        for (String type : Remains.types(file, packageName).keySet()) {
            used.add(type.substring(0, type.lastIndexOf('.')));
        }
        List<J.Import> imports = without(file.getImports(), imported -> {
            String name = imported.getPackageName();
            return !imported.isStatic()
                    && imported.getQualid().getSimpleName().equals("*")
                    && name.startsWith(packageName)
                    && name.endsWith(".annotation")
                    && !used.contains(name);
        });
        return imports.size() == file.getImports().size() ? file : file.withImports(imports);
    }

    /** A file without the imports of single types of a package whose names are nowhere else in it. */
    static JavaSourceFile withoutUnusedTypes(JavaSourceFile file, String packageName) {
        String text = file.getImports().stream().noneMatch(imported -> isOf(imported, packageName))
                ? ""
                : file.printAll().replaceAll("(?m)^\\s*import\\s[^;]*;", "");
        List<J.Import> imports = without(
                file.getImports(),
                imported -> isOf(imported, packageName)
                        && !isNamed(imported.getQualid().getSimpleName(), text));
        return imports.size() == file.getImports().size() ? file : Imports.atTheTop(file.withImports(imports), file);
    }

    /** Whether an import is one of a single type of a package. */
    private static boolean isOf(J.Import imported, String packageName) {
        return !imported.isStatic()
                && imported.getTypeName().startsWith(packageName)
                && !imported.getQualid().getSimpleName().equals("*");
    }

    /** Imports without some of them; the distance of a group from what is before it stays. */
    static List<J.Import> without(List<J.Import> imports, Predicate<J.Import> gone) {
        List<J.Import> kept = new ArrayList<>();
        @Nullable Space group = null;
        for (J.Import imported : imports) {
            Space prefix = imported.getPrefix();
            boolean begins = kept.isEmpty() || lines(prefix) > 1;
            if (gone.test(imported)) {
                group = begins && group == null ? prefix : group;
                continue;
            }
            boolean beneath = lines(prefix) == 1 && prefix.getComments().isEmpty();
            kept.add(group != null && (kept.isEmpty() || beneath) ? imported.withPrefix(group) : imported);
            group = null;
        }
        return kept;
    }

    /** How many lines a space ends. */
    static long lines(Space space) {
        return space.getWhitespace().chars().filter(each -> each == '\n').count();
    }

    /** Whether a name is in a text, as in code, a comment or a literal. */
    private static boolean isNamed(String simple, String text) {
        return Pattern.compile("\\b" + Pattern.quote(simple) + "\\b")
                .matcher(text)
                .find();
    }

    /** The arguments by name; one without a name is {@code value}. */
    static Map<String, Expression> arguments(J.Annotation annotation) {
        Map<String, Expression> arguments = new LinkedHashMap<>();
        if (annotation.getArguments() != null) {
            for (Expression argument : annotation.getArguments()) {
                if (argument instanceof J.Assignment assignment
                        && assignment.getVariable() instanceof J.Identifier name) {
                    arguments.put(name.getSimpleName(), assignment.getAssignment());
                } else if (!(argument instanceof J.Empty)) {
                    arguments.put("value", argument);
                }
            }
        }
        return arguments;
    }

    /** The text of a string literal; null for another expression. */
    static @Nullable String text(@Nullable Expression expression) {
        return expression instanceof J.Literal literal && literal.getValue() instanceof String text ? text : null;
    }

    /** An expression in a message: a text as it is, and else its code on one line. */
    static String shown(Expression expression) {
        String text = text(expression);
        return text == null ? CodeCounterparts.text(expression) : text;
    }

    /** An annotation in the position of another one. */
    static J.Annotation annotation(J.Annotation former, String typeName, List<Expression> arguments) {
        JavaType type = JavaType.ShallowClass.build(typeName);
        J.Identifier name = identifier(typeName.substring(typeName.lastIndexOf('.') + 1), type)
                .withPrefix(former.getAnnotationType().getPrefix());
        return new J.Annotation(
                Tree.randomId(),
                former.getPrefix(),
                former.getMarkers(),
                name,
                arguments.isEmpty() ? null : container(arguments));
    }

    /** An annotation on a line of its own behind another one; indented like the class or method that it is on. */
    static J.Annotation beside(J.Annotation former, String typeName, List<Expression> arguments, Space owner) {
        String space = owner.getComments().isEmpty()
                ? owner.getWhitespace()
                : owner.getComments().get(owner.getComments().size() - 1).getSuffix();
        String indent = space.substring(space.lastIndexOf('\n') + 1);
        return annotation(former, typeName, arguments).withPrefix(Space.format("\n" + indent));
    }

    private static JContainer<Expression> container(List<Expression> arguments) {
        List<JRightPadded<Expression>> padded = new ArrayList<>();
        for (Expression argument : arguments) {
            padded.add(JRightPadded.build(argument.withPrefix(padded.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE)));
        }
        return JContainer.build(Space.EMPTY, padded, Markers.EMPTY);
    }

    /** An argument with a name. */
    static Expression argument(String name, Expression value) {
        return new J.Assignment(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                identifier(name, null),
                JLeftPadded.<Expression>build(value.withPrefix(Space.SINGLE_SPACE))
                        .withBefore(Space.SINGLE_SPACE),
                value.getType());
    }

    /** An argument with a text. */
    static Expression argument(String name, String text) {
        return argument(name, literal(text));
    }

    /** A string literal. */
    static J.Literal literal(String text) {
        String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
        String source = '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"';
        return new J.Literal(
                Tree.randomId(), Space.EMPTY, Markers.EMPTY, text, source, null, JavaType.Primitive.String);
    }

    /** A number. */
    static J.Literal literal(long number) {
        return new J.Literal(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                (int) number,
                String.valueOf(number),
                null,
                JavaType.Primitive.Int);
    }

    /** The literal of a class, by its simple name. */
    static Expression classOf(String type) {
        String name = type.substring(type.lastIndexOf('.') + 1);
        return new J.FieldAccess(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                identifier(name, JavaType.ShallowClass.build(type)),
                JLeftPadded.build(identifier("class", null)),
                JavaType.ShallowClass.build("java.lang.Class"));
    }

    /** A number with its point, as it is written. */
    static J.Literal decimal(String source) {
        return new J.Literal(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                Double.valueOf(source),
                source,
                null,
                JavaType.Primitive.Double);
    }

    /** Two texts as one. */
    static Expression plus(Expression first, Expression second) {
        return new J.Binary(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                first.withPrefix(Space.EMPTY),
                new JLeftPadded<>(Space.SINGLE_SPACE, J.Binary.Type.Addition, Markers.EMPTY),
                second.withPrefix(Space.SINGLE_SPACE),
                JavaType.ShallowClass.build("java.lang.String"));
    }

    /** A number that is written as a constant, and one; null if its type is not known. */
    static @Nullable Expression oneMore(Expression number) {
        boolean whole = number.getType() == JavaType.Primitive.Int || number.getType() == JavaType.Primitive.Short;
        boolean large = number.getType() == JavaType.Primitive.Long;
        boolean simple = number instanceof J.Identifier || number instanceof J.FieldAccess;
        if (!simple || !(whole || large)) {
            return null;
        }
        Expression more = new J.Binary(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                number.withPrefix(Space.EMPTY),
                new JLeftPadded<>(Space.SINGLE_SPACE, J.Binary.Type.Addition, Markers.EMPTY),
                literal(1).withPrefix(Space.SINGLE_SPACE),
                number.getType());
        return whole
                ? more
                : new J.TypeCast(
                        Tree.randomId(),
                        Space.EMPTY,
                        Markers.EMPTY,
                        new J.ControlParentheses<>(
                                Tree.randomId(),
                                Space.EMPTY,
                                Markers.EMPTY,
                                JRightPadded.build(identifier("int", null))),
                        new J.Parentheses<>(
                                Tree.randomId(), Space.SINGLE_SPACE, Markers.EMPTY, JRightPadded.build(more)));
    }

    /** Several texts as the elements of an array. */
    static Expression array(List<String> texts) {
        List<Expression> elements = new ArrayList<>();
        texts.forEach(text -> elements.add(literal(text)));
        return arrayOf(elements);
    }

    /** An array of elements. */
    static Expression arrayOf(List<Expression> all) {
        List<JRightPadded<Expression>> elements = new ArrayList<>();
        all.forEach(element -> elements.add(JRightPadded.<Expression>build(
                element.withPrefix(elements.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE))));
        return new J.NewArray(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                null,
                List.of(),
                JContainer.build(Space.EMPTY, elements, Markers.EMPTY),
                null);
    }

    /** A name. */
    static J.Identifier identifier(String name, @Nullable JavaType type) {
        return new J.Identifier(Tree.randomId(), Space.EMPTY, Markers.EMPTY, List.of(), name, type, null);
    }

    /** Whether a file names a type of a package that is not among the known ones. */
    static boolean mentions(JavaSourceFile file, String packageName, Set<String> known) {
        boolean imported = file.getImports().stream()
                .map(J.Import::getTypeName)
                .anyMatch(name -> name.startsWith(packageName) && !known.contains(name));
        return imported
                || file.getTypesInUse().getTypesInUse().stream()
                        .map(TypeUtils::asFullyQualified)
                        .anyMatch(type -> type != null
                                && type.getFullyQualifiedName().startsWith(packageName)
                                && !known.contains(type.getFullyQualifiedName()));
    }

    /** The first method of the class that a text has; null if it cannot be read. */
    static J.@Nullable MethodDeclaration method(String source, ExecutionContext ctx) {
        SourceFile parsed = JavaParser.fromJavaVersion()
                .build()
                .parse(ctx, source)
                .findFirst()
                .orElse(null);
        return parsed instanceof J.CompilationUnit unit
                        && unit.getClasses().get(0).getBody().getStatements().get(0)
                                instanceof J.MethodDeclaration method
                ? method
                : null;
    }
}
