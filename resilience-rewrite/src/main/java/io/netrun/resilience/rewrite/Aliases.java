package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;

/**
 * Attributes of composed annotations that are aliases of those of a library, {@code @AliasFor}.
 *
 * @param library the library, as in the mapping table
 * @param file the file that is moved
 * @param owner the class that is visited; null for none
 * @param uses what code uses of methods, and the composed annotations
 * @param imports the imports of the file
 * @param left takes what was left
 */
record Aliases(
        String library,
        JavaSourceFile file,
        J.@Nullable ClassDeclaration owner,
        Uses uses,
        Imports imports,
        Consumer<Left> left) {

    /** The annotation of the library whose attribute an alias sets, or null. */
    private @Nullable String aliased(J.Annotation annotation, JavaSourceFile file) {
        if (!annotation.getSimpleName().equals("AliasFor")) {
            return null;
        }
        Expression type = Trees.arguments(annotation).get("annotation");
        if (!(type instanceof J.FieldAccess literal) || !literal.getSimpleName().equals("class")) {
            return null;
        }
        String name = literal.getTarget().toString();
        return MappingTable.get().renamed(library, "annotation").keySet().stream()
                .filter(there -> there.equals(name)
                        || (there.endsWith("." + name)
                                && file.getImports().stream()
                                        .map(J.Import::getTypeName)
                                        .anyMatch(imported -> imported.equals(there)
                                                || imported.equals(there.substring(0, there.lastIndexOf('.')) + ".*"))))
                .findFirst()
                .orElse(null);
    }

    /** The attribute here of the one that an alias sets, or null if it has another type or another meaning. */
    private @Nullable String alias(String there, J.Annotation annotation, J.@Nullable MethodDeclaration method) {
        String name = attribute(annotation, method);
        String scope =
                there.endsWith(".ConcurrencyLimit") ? "limit." : there.endsWith(".CircuitBreaker") ? "circuit." : "";
        if (name == null) {
            return null;
        }
        MappingTable.Row row = MappingTable.get()
                .find(library, "attribute", scope + name)
                .or(() -> MappingTable.get().find(library, "attribute", name))
                .orElse(null);
        if (row == null || row.here().name().isEmpty() || name.equals("maxRetries")) {
            return null;
        }
        boolean same =
                row.kind().matches("classes|number|factor") || row.here().name().equals("name");
        return same ? row.here().name() : null;
    }

    /** An alias of the attribute here; the annotation itself if it is none, or has no counterpart. */
    J.Annotation moved(J.Annotation alias, J.@Nullable MethodDeclaration method) {
        String there = aliased(alias, file);
        String attribute = there == null ? null : alias(there, alias, method);
        if (there == null || attribute == null) {
            return alias;
        }
        String here = SpringAnnotations.here(there);
        Ranges.Range range = Ranges.of(attribute);
        if (range != null) {
            left.accept(new Left(
                    "@AliasFor " + (method == null ? attribute : method.getSimpleName()),
                    "It is one of " + attribute + " now, which must be " + range.words()
                            + ": look at its default and at each use."));
        }
        imports.add(here);
        imports.remove(there);
        List<Expression> arguments = new ArrayList<>();
        arguments.add(Trees.argument("annotation", Trees.classOf(here)));
        arguments.add(Trees.argument("attribute", attribute));
        return alias.withArguments(List.of(
                arguments.get(0).withPrefix(Space.EMPTY), arguments.get(1).withPrefix(Space.SINGLE_SPACE)));
    }

    /** Without aliases of attributes that this library has not, with which no context would start. */
    J.MethodDeclaration without(J.MethodDeclaration method) {
        List<J.Annotation> kept = new ArrayList<>();
        Space first = null;
        for (J.Annotation annotation : method.getLeadingAnnotations()) {
            String there = aliased(annotation, file);
            if (there == null) {
                kept.add(kept.isEmpty() && first != null ? annotation.withPrefix(first) : annotation);
                continue;
            }
            first = kept.isEmpty() && first == null ? annotation.getPrefix() : first;
            imports.remove(there);
            imports.remove("org.springframework.core.annotation.AliasFor");
            left.accept(new Left(
                    CodeCounterparts.text(annotation),
                    "No attribute of " + SpringAnnotations.here(there)
                            + " has its type and its meaning, so the alias is removed, and "
                            + method.getSimpleName()
                            + " has no effect: where it is used, put the annotation itself, with what"
                            + " it set."));
        }
        return AddedAnnotations.withOnly(method, kept);
    }

    /** Lists what a composed annotation sets through aliases that are removed. */
    void listLost(J.Annotation annotation, J.@Nullable MethodDeclaration method) {
        Map<String, Expression> given = Trees.arguments(annotation);
        for (Uses.Source source : uses.composed().sources(annotation, file)) {
            for (J.MethodDeclaration attribute : FailureArguments.methods(source.declaration())) {
                Expression value = given.get(attribute.getSimpleName());
                for (J.Annotation alias : value == null ? List.<J.Annotation>of() : attribute.getLeadingAnnotations()) {
                    String there = aliased(alias, source.file());
                    if (there != null && alias(there, alias, attribute) == null) {
                        listLost(annotation, method, attribute, there, String.valueOf(attribute(alias, attribute)));
                    }
                }
            }
        }
    }

    private void listLost(
            J.Annotation annotation,
            J.@Nullable MethodDeclaration method,
            J.MethodDeclaration attribute,
            String there,
            String set) {
        if (set.equals("recover")) {
            return; // it is the fallback of the method now
        }
        Constants.Scope scope = new Constants.Scope(file, owner == null ? "" : owner.getSimpleName());
        Expression value = Trees.arguments(annotation).get(attribute.getSimpleName());
        Object known = value == null ? null : uses.constants().value(value, scope);
        String here = SpringAnnotations.here(there);
        String simple = "@" + here.substring(here.lastIndexOf('.') + 1);
        String where =
                (owner == null ? "" : owner.getSimpleName()) + (method == null ? "" : "." + method.getSimpleName());
        left.accept(new Left(
                "@" + annotation.getSimpleName() + "(" + attribute.getSimpleName() + " = "
                        + (value == null ? "" : Trees.shown(value)) + ") at " + where,
                "It was " + set + ", and has no effect any more. Replace the annotation by "
                        + (set.equals("maxRetries") && known instanceof Number number
                                ? simple + "(maxAttempts = " + (number.longValue() + 1) + "), with what else it sets."
                                : simple + ", with what it sets.")));
    }

    /** The attribute that an alias sets; null if it is not known. */
    private static @Nullable String attribute(J.Annotation alias, J.@Nullable MethodDeclaration method) {
        Map<String, Expression> arguments = Trees.arguments(alias);
        Expression named = arguments.getOrDefault("attribute", arguments.get("value"));
        return named == null ? method == null ? null : method.getSimpleName() : Trees.text(named);
    }
}
