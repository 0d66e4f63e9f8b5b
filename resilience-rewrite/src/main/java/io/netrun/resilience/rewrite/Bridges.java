package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;

/** Methods with the parameters that this library wants, which call others that keep theirs. */
final class Bridges {

    static final String OPEN = "io.netrun.resilience.circuitbreaker.CircuitOpenException";

    private Bridges() {}

    /**
     * A method beside another one that calls it.
     *
     * @param parameters those of the new method
     * @param call the call, without {@code return}
     */
    static J.@Nullable MethodDeclaration of(
            J.MethodDeclaration method, String name, List<Statement> parameters, String call, ExecutionContext ctx) {
        boolean returns = !String.valueOf(method.getReturnTypeExpression()).equals("void");
        String indent = method.getPrefix().getIndent();
        String step = indent.isEmpty() ? "    " : indent.contains("\t") ? indent + "\t" : indent + indent;
        J.Block body = body((returns ? "return " : "") + call + ";", indent, step, ctx);
        if (body == null) {
            return null;
        }
        List<J.Modifier> modifiers = new ArrayList<>(method.getModifiers());
        J.MethodDeclaration bridge = method.withId(Tree.randomId())
                .withLeadingAnnotations(List.of())
                .withPrefix(Space.format("\n\n" + indent))
                .withName(method.getName().withSimpleName(name))
                .withMethodType(null)
                .withParameters(parameters)
                .withBody(body);
        if (!modifiers.isEmpty()) {
            modifiers.set(0, modifiers.get(0).withPrefix(Space.EMPTY));
            return bridge.withModifiers(modifiers);
        } else if (bridge.getReturnTypeExpression() != null && bridge.getTypeParameters() == null) {
            return bridge.withReturnTypeExpression(
                    bridge.getReturnTypeExpression().withPrefix(Space.EMPTY));
        }
        return bridge;
    }

    private static J.@Nullable Block body(String statement, String indent, String step, ExecutionContext ctx) {
        String source = "class A {\n" + indent + "Object a() {\n" + step + statement + "\n" + indent + "}\n}\n";
        J.MethodDeclaration method = Trees.method(source, ctx);
        return method == null ? null : method.getBody();
    }

    /** The names of the parameters of a method. */
    static List<String> names(J.MethodDeclaration method) {
        return names(method.getParameters());
    }

    /** The names of parameters. */
    static List<String> names(List<? extends Statement> parameters) {
        List<String> names = new ArrayList<>();
        for (Statement parameter : parameters) {
            if (parameter instanceof J.VariableDeclarations variable) {
                names.add(variable.getVariables().get(0).getSimpleName());
            }
        }
        return names;
    }

    /** The parameters of a method by their names, in another order. */
    static String call(J.MethodDeclaration method) {
        return method.getSimpleName() + "(" + String.join(", ", names(method)) + ")";
    }

    /** Whether the body of a method never looks at its failure, which is its first parameter. */
    static boolean ignoresFailure(J.MethodDeclaration method) {
        if (method.getBody() == null || names(method).isEmpty()) {
            return false;
        }
        String failure = names(method).get(0);
        boolean[] used = {false};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Integer p) {
                used[0] |= identifier.getSimpleName().equals(failure);
                return identifier;
            }
        }.visit(method.getBody(), 0);
        return !used[0];
    }

    /** Whether a method takes the failure of an open circuit: its failure has a type above it. */
    static boolean takesOpenCircuit(J.MethodDeclaration method, boolean failure) {
        if (!failure) {
            return true;
        }
        Set<String> wide = Set.of(
                "Throwable",
                "Exception",
                "RuntimeException",
                "java.lang.Throwable",
                "java.lang.Exception",
                "java.lang.RuntimeException");
        return method.getParameters().get(0) instanceof J.VariableDeclarations variable
                && wide.contains(String.valueOf(variable.getTypeExpression()));
    }

    /** The types of parameters, to compare them. */
    static String types(List<Statement> parameters) {
        return parameters.stream()
                .map(parameter -> parameter instanceof J.VariableDeclarations variable ? WrittenTypes.of(variable) : "")
                .collect(Collectors.joining(","));
    }
}
