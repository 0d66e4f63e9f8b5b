package io.netrun.resilience.rewrite;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** The type of a parameter as the virtual machine knows it: no type arguments, and the bounds of type variables. */
    static String erased(J.VariableDeclarations variable, J.MethodDeclaration method) {
        String type = of(variable);
        String raw = type.replaceAll("(?s)<.*>", "");
        String element = raw.replaceAll("[\\[\\]]", "");
        String bound = bound(element, method);
        if (bound == null && variable.getType() instanceof JavaType.GenericTypeVariable known) {
            bound = bound(known);
        }
        return bound == null ? raw : bound + raw.substring(element.length());
    }

    /** The first bound of a type variable of a method; null for other types. */
    private static @Nullable String bound(String name, J.MethodDeclaration method) {
        List<J.TypeParameter> variables = method.getTypeParameters() == null ? List.of() : method.getTypeParameters();
        for (J.TypeParameter variable : variables) {
            if (String.valueOf(variable.getName()).equals(name)) {
                if (variable.getBounds() == null || variable.getBounds().isEmpty()) {
                    return "java.lang.Object";
                }
                String first = of(variable.getBounds().get(0)).replaceAll("(?s)<.*>", "");
                String further = first.equals(name) ? null : bound(first, method);
                return further == null ? first : further;
            }
        }
        return null;
    }

    private static @Nullable String bound(JavaType.GenericTypeVariable variable) {
        JavaType bound =
                variable.getBounds().isEmpty() ? null : variable.getBounds().get(0);
        return bound instanceof JavaType.GenericTypeVariable further
                ? bound(further)
                : bound instanceof JavaType.FullyQualified named && !(bound instanceof JavaType.Unknown)
                        ? named.getFullyQualifiedName().replace('$', '.')
                        : null;
    }

    /** A type with what its variables are. */
    static String with(String type, Map<String, String> variables) {
        String changed = type;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            changed = changed.replaceAll(
                    "(?<![\\w.])" + Pattern.quote(variable.getKey()) + "(?![\\w.])",
                    Matcher.quoteReplacement(variable.getValue()));
        }
        return changed;
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
