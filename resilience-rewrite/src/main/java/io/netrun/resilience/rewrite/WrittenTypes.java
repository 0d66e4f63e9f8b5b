package io.netrun.resilience.rewrite;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** Types as code writes them, compared by what they mean: with or without a package, and without annotations. */
final class WrittenTypes {

    private WrittenTypes() {}

    /** A type with the full names of the classes in it, as far as they are known; empty for none. */
    static String of(@Nullable J type) {
        if (type instanceof J.AnnotatedType annotated) {
            return of(annotated.getTypeExpression());
        } else if (type instanceof J.ParameterizedType parameterized) {
            return of(parameterized.getClazz()) + arguments(parameterized);
        } else if (type instanceof J.ArrayType array) {
            return of(array.getElementType()) + "[]";
        } else if (type instanceof J.Wildcard wildcard) {
            J.Wildcard.Bound bound = wildcard.getBound();
            return bound == null
                    ? "?"
                    : "? " + (bound == J.Wildcard.Bound.Super ? "super " : "extends ") + of(wildcard.getBoundedType());
        } else if (type instanceof J.Identifier identifier) {
            return name(identifier.getType(), identifier.getSimpleName());
        } else if (type instanceof J.FieldAccess access) {
            return name(access.getType(), CodeCounterparts.text(access).replaceAll("@\\w+ ", ""));
        }
        return type == null ? "" : CodeCounterparts.text(type);
    }

    /** The type of a parameter, as an array whichever way that is written. */
    static String of(J.VariableDeclarations variable) {
        int behind = variable.getVariables().get(0).getDimensionsAfterName().size();
        return of((J) variable.getTypeExpression()) + "[]".repeat(behind + (variable.getVarargs() == null ? 0 : 1));
    }

    /** Whether two types are the same; of those that are not known, one may lack the package that the other has. */
    static boolean areSame(@Nullable J one, @Nullable J other) {
        return areSame(of(one), of(other));
    }

    /** Whether two types that were read are the same. */
    static boolean areSame(String one, String other) {
        List<String> first = parts(one);
        List<String> second = parts(other);
        boolean same = first.size() == second.size();
        for (int i = 0; same && i < first.size(); i++) {
            String left = first.get(i);
            String right = second.get(i);
            same = left.equals(right)
                    || (!left.contains(".") && right.endsWith("." + left))
                    || (!right.contains(".") && left.endsWith("." + right));
        }
        return same;
    }

    private static List<String> parts(String type) {
        return List.of(type.split("(?=[<>,\\[\\] ?&])|(?<=[<>,\\[\\] ?&])"));
    }

    private static String arguments(J.ParameterizedType type) {
        return type.getTypeParameters() == null
                ? ""
                : type.getTypeParameters().stream().map(WrittenTypes::of).collect(Collectors.joining(",", "<", ">"));
    }

    private static String name(@Nullable JavaType type, String written) {
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(type);
        return known == null || known instanceof JavaType.Unknown
                ? written
                : known.getFullyQualifiedName().replace('$', '.');
    }
}
