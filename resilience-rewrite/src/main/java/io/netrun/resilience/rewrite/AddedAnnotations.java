package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.List;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;

/** Annotations that methods get behind their own, and those that they lose. */
final class AddedAnnotations {

    private AddedAnnotations() {}

    /**
     * A method with one more annotation, on a line of its own.
     *
     * @param typeName the full name of the annotation
     */
    static J.MethodDeclaration with(J.MethodDeclaration method, String typeName, List<Expression> arguments) {
        List<J.Annotation> all = new ArrayList<>(method.getLeadingAnnotations());
        Space line = Space.format("\n" + method.getPrefix().getIndent());
        all.add(Trees.annotation(all.isEmpty() ? Space.EMPTY : line, typeName, arguments));
        J.MethodDeclaration annotated = method.withLeadingAnnotations(all);
        J.TypeParameters parameters = method.getAnnotations().getTypeParameters();
        if (all.size() > 1) {
            return onLines(annotated);
        } else if (!method.getModifiers().isEmpty()) {
            List<J.Modifier> modifiers = new ArrayList<>(method.getModifiers());
            modifiers.set(0, modifiers.get(0).withPrefix(line));
            return annotated.withModifiers(modifiers);
        } else if (parameters != null) {
            return annotated.getAnnotations().withTypeParameters(parameters.withPrefix(line));
        }
        return method.getReturnTypeExpression() == null
                ? method
                : annotated.withReturnTypeExpression(
                        method.getReturnTypeExpression().withPrefix(line));
    }

    /**
     * A method with some of its annotations alone.
     *
     * @param kept those that stay; the first one has the position of the former first one
     */
    static J.MethodDeclaration withOnly(J.MethodDeclaration method, List<J.Annotation> kept) {
        J.MethodDeclaration changed = method.withLeadingAnnotations(kept);
        J.TypeParameters parameters = method.getAnnotations().getTypeParameters();
        if (kept.size() == method.getLeadingAnnotations().size()) {
            return method;
        } else if (!kept.isEmpty()) {
            return changed;
        } else if (!method.getModifiers().isEmpty()) {
            List<J.Modifier> modifiers = new ArrayList<>(method.getModifiers());
            modifiers.set(0, modifiers.get(0).withPrefix(Space.EMPTY));
            return changed.withModifiers(modifiers);
        } else if (parameters != null) {
            return changed.getAnnotations().withTypeParameters(parameters.withPrefix(Space.EMPTY));
        }
        return method.getReturnTypeExpression() == null
                ? changed
                : changed.withReturnTypeExpression(
                        method.getReturnTypeExpression().withPrefix(Space.EMPTY));
    }

    /** A method whose declaration begins on a line of its own if the last one of its annotations does. */
    static J.MethodDeclaration onLines(J.MethodDeclaration method) {
        List<J.Annotation> all = method.getLeadingAnnotations();
        boolean line = all.size() > 1
                && all.get(all.size() - 1).getPrefix().getWhitespace().contains("\n");
        String indent = method.getPrefix().getIndent();
        J.TypeParameters parameters = method.getAnnotations().getTypeParameters();
        if (!line) {
            return method;
        } else if (!method.getModifiers().isEmpty()) {
            List<J.Modifier> modifiers = new ArrayList<>(method.getModifiers());
            modifiers.set(0, modifiers.get(0).withPrefix(onLine(modifiers.get(0).getPrefix(), indent)));
            return method.withModifiers(modifiers);
        } else if (parameters != null) {
            return method.getAnnotations()
                    .withTypeParameters(parameters.withPrefix(onLine(parameters.getPrefix(), indent)));
        }
        return method.getReturnTypeExpression() == null
                ? method
                : method.withReturnTypeExpression(method.getReturnTypeExpression()
                        .withPrefix(onLine(method.getReturnTypeExpression().getPrefix(), indent)));
    }

    private static Space onLine(Space prefix, String indent) {
        boolean same = prefix.getComments().isEmpty() && !prefix.getWhitespace().contains("\n");
        return same ? Space.format("\n" + indent) : prefix;
    }
}
