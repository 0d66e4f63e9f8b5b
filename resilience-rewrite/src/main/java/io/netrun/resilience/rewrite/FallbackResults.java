package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Tree;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.Markers;

/**
 * Fallback methods whose result has other type arguments than that of the method which names them. resilience4j does
 * not compare these; this library fails startup, unless the arguments are unknown.
 *
 * @param file the file
 * @param left takes what was left
 */
record FallbackResults(JavaSourceFile file, Consumer<Left> left) {

    /**
     * The statements of a class with unknown type arguments where they differ.
     *
     * @param owner the class
     * @param statements its statements, as they are now
     * @param isFallback whether the second method is a fallback method of the first one
     */
    List<Statement> opened(
            J.ClassDeclaration owner,
            List<Statement> statements,
            BiPredicate<J.MethodDeclaration, J.MethodDeclaration> isFallback) {
        List<J.MethodDeclaration> methods = FailureArguments.methods(owner);
        List<Statement> opened = new ArrayList<>();
        for (Statement statement : statements) {
            J.MethodDeclaration wanting = statement instanceof J.MethodDeclaration fallback
                    ? methods.stream()
                            .filter(method -> isFallback.test(method, fallback)
                                    && isDifferent(
                                            typeOf(method.getReturnTypeExpression()),
                                            typeOf(fallback.getReturnTypeExpression())))
                            .findFirst()
                            .orElse(null)
                    : null;
            opened.add(
                    wanting != null && statement instanceof J.MethodDeclaration fallback
                            ? opened(owner, wanting, fallback)
                            : statement);
        }
        return opened;
    }

    private J.MethodDeclaration opened(
            J.ClassDeclaration owner, J.MethodDeclaration method, J.MethodDeclaration fallback) {
        TypeTree given = fallback.getReturnTypeExpression();
        TypeTree open = given == null || isUsed(fallback) ? null : open(given, method.getReturnTypeExpression());
        String name = fallback.getSimpleName();
        String wanted = CodeCounterparts.text(
                method.getReturnTypeExpression() == null ? method : method.getReturnTypeExpression());
        left.accept(new Left(
                "fallbackMethod = " + name + ", at " + owner.getSimpleName() + "." + method.getSimpleName(),
                "Its result is " + (given == null ? "another one" : CodeCounterparts.text(given)) + ", and callers get "
                        + wanted + ". There, type arguments are not compared, and code that reads an element may fail"
                        + " with a ClassCastException; here, startup fails"
                        + (open == null
                                ? ". Return " + wanted + ", or let it return a type with unknown arguments."
                                : ", unless they are unknown: " + CodeCounterparts.text(open) + " is written. Return "
                                        + wanted + " if it is possible.")));
        return open == null ? fallback : fallback.withReturnTypeExpression(open);
    }

    /** Whether code of the file depends on the result of a method. */
    private boolean isUsed(J.MethodDeclaration fallback) {
        boolean overrides = fallback.getLeadingAnnotations().stream()
                .anyMatch(annotation -> annotation.getSimpleName().equals("Override"));
        boolean[] used = {overrides};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                used[0] |= call.getSimpleName().equals(fallback.getSimpleName());
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                used[0] |= reference.getReference().getSimpleName().equals(fallback.getSimpleName());
                return super.visitMemberReference(reference, p);
            }
        }.visit(file, 0);
        return used[0];
    }

    /** A type with unknown arguments where they differ; null if it names none. */
    private static @Nullable TypeTree open(TypeTree given, @Nullable TypeTree wanted) {
        if (given instanceof J.ArrayType array && wanted instanceof J.ArrayType other) {
            TypeTree element = open(array.getElementType(), other.getElementType());
            return element == null ? null : array.withElementType(element);
        }
        if (!(given instanceof J.ParameterizedType parameterized) || parameterized.getTypeParameters() == null) {
            return null;
        }
        List<JavaType> others =
                typeOf(wanted) instanceof JavaType.Parameterized known ? known.getTypeParameters() : List.of();
        List<Expression> written = parameterized.getTypeParameters();
        List<Expression> arguments = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            Expression argument = written.get(i);
            boolean same = others.size() == written.size() && !differ(others.get(i), argument.getType());
            arguments.add(same ? argument : unknown(argument.getPrefix()));
        }
        return parameterized.withTypeParameters(arguments);
    }

    private static J.Wildcard unknown(Space prefix) {
        return new J.Wildcard(Tree.randomId(), prefix, Markers.EMPTY, null, null);
    }

    private static @Nullable JavaType typeOf(@Nullable TypeTree type) {
        return type == null ? null : type.getType();
    }

    /** Whether two types have type arguments that differ, as far as both are known. */
    private static boolean isDifferent(@Nullable JavaType wanted, @Nullable JavaType given) {
        if (wanted instanceof JavaType.Array array && given instanceof JavaType.Array other) {
            return isDifferent(array.getElemType(), other.getElemType());
        }
        if (!(wanted instanceof JavaType.Parameterized parameterized)) {
            return false;
        }
        JavaType.Parameterized other = as(parameterized.getFullyQualifiedName(), given, 0);
        if (other == null
                || other.getTypeParameters().size()
                        != parameterized.getTypeParameters().size()) {
            return false;
        }
        for (int i = 0; i < other.getTypeParameters().size(); i++) {
            if (differ(
                    parameterized.getTypeParameters().get(i),
                    other.getTypeParameters().get(i))) {
                return true;
            }
        }
        return false;
    }

    /** A type as one that is above it; the parameters of a generic class between are its own ones. */
    private static JavaType.@Nullable Parameterized as(String name, @Nullable JavaType type, int depth) {
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(type);
        if (known == null || depth > 8) {
            return null;
        } else if (known.getFullyQualifiedName().equals(name)) {
            return known instanceof JavaType.Parameterized parameterized ? parameterized : null;
        }
        List<JavaType.FullyQualified> above = new ArrayList<>(known.getInterfaces());
        if (known.getSupertype() != null) {
            above.add(known.getSupertype());
        }
        for (JavaType.FullyQualified each : above) {
            JavaType.Parameterized found = as(name, each, depth + 1);
            if (found != null) {
                boolean open =
                        found.getTypeParameters().stream().allMatch(JavaType.GenericTypeVariable.class::isInstance);
                return open
                                && known instanceof JavaType.Parameterized own
                                && own.getTypeParameters().size()
                                        == found.getTypeParameters().size()
                        ? own
                        : found;
            }
        }
        return null;
    }

    private static boolean differ(@Nullable JavaType wanted, @Nullable JavaType given) {
        if (wanted instanceof JavaType.GenericTypeVariable || given instanceof JavaType.GenericTypeVariable) {
            JavaType first = bound(wanted);
            JavaType second = bound(given);
            return first != null
                    && second != null
                    && !TypeUtils.isAssignableTo(first, second)
                    && !TypeUtils.isAssignableTo(second, first);
        }
        JavaType.FullyQualified first = TypeUtils.asFullyQualified(wanted);
        JavaType.FullyQualified second = TypeUtils.asFullyQualified(given);
        if (first == null || second == null) {
            return wanted instanceof JavaType.Array && given instanceof JavaType.Array && isDifferent(wanted, given);
        }
        return !first.getFullyQualifiedName().equals(second.getFullyQualifiedName()) || isDifferent(first, second);
    }

    /** The bound of a wildcard, or the type itself; null where nothing is known of it. */
    private static @Nullable JavaType bound(@Nullable JavaType type) {
        if (type instanceof JavaType.GenericTypeVariable variable) {
            boolean known =
                    variable.getName().equals("?") && variable.getBounds().size() == 1;
            return known ? variable.getBounds().get(0) : null;
        }
        return type;
    }
}
