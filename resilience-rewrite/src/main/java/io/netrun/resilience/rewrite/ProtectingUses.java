package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Finds code that may fail with the exceptions of resilience4j: what runs something through its instances, and what
 * gives them to other code. What only asks them, or their registries, for states, metrics or names, does not.
 */
final class ProtectingUses extends JavaIsoVisitor<Integer> {

    private static final String ASKING = "get.*|is.*|find|toString|hashCode|equals|on[A-Z].*|circuitBreaker|retry"
            + "|bulkhead|rateLimiter|timeLimiter|of(Defaults|\\w*Registry)?|custom|from|build|remove|replace|reset"
            + "|transitionTo.*|change.*";

    /** What ends an attempt of a retry, which may throw its exception. */
    private static final String ENDING = "onComplete|onError|onResult|onSuccess";

    private static final String PROTECTING = CodeNames.PROTECTING + "|acquirePermission|waitForPermissions?|submit";

    /** The variables that hold instances and registries, by how they are declared. */
    private final Set<String> variables = new HashSet<>();

    private boolean found;

    private ProtectingUses() {}

    /** Whether a file may run code through instances of resilience4j, or give them to other code that does. */
    static boolean mayThrow(JavaSourceFile file) {
        ProtectingUses uses = new ProtectingUses();
        uses.visit(file, 0);
        return uses.found
                || JavaMove.foreignTypes(file).keySet().stream()
                        .anyMatch(type -> type.startsWith(JavaMove.CLOUD_PACKAGE));
    }

    @Override
    public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations declared, Integer p) {
        String type = WrittenTypes.of(declared);
        if (isInstance(type.substring(type.lastIndexOf('.') + 1))) {
            declared.getVariables().forEach(variable -> variables.add(variable.getSimpleName()));
        }
        return super.visitVariableDeclarations(declared, p);
    }

    @Override
    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
        J.MethodInvocation visited = super.visitMethodInvocation(call, p);
        found |= mayThrow(call.getMethodType(), call.getSimpleName(), call.getArguments());
        return visited;
    }

    @Override
    public J.NewClass visitNewClass(J.NewClass created, Integer p) {
        J.NewClass visited = super.visitNewClass(created, p);
        found |= created.getArguments().stream().anyMatch(this::isForeign);
        return visited;
    }

    @Override
    public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
        found |= mayThrow(reference.getMethodType(), reference.getReference().getSimpleName(), List.of());
        return super.visitMemberReference(reference, p);
    }

    @Override
    public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
        List<TypeTree> above = new ArrayList<>();
        if (declaration.getExtends() != null) {
            above.add(declaration.getExtends());
        }
        if (declaration.getImplements() != null) {
            above.addAll(declaration.getImplements());
        }
        found |= above.stream()
                .map(WrittenTypes::of)
                .anyMatch(type -> isInstance(type.substring(type.lastIndexOf('.') + 1)));
        return super.visitClassDeclaration(declaration, p);
    }

    @Override
    public J.Return visitReturn(J.Return returned, Integer p) {
        J.Return visited = super.visitReturn(returned, p);
        found |= returned.getExpression() != null && isForeign(returned.getExpression());
        return visited;
    }

    /** A method whose type is not known is judged by its name. */
    private boolean mayThrow(JavaType.@Nullable Method method, String name, List<Expression> arguments) {
        JavaType.FullyQualified type = method == null ? null : method.getDeclaringType();
        String owner = type == null || type instanceof JavaType.Unknown ? "" : type.getFullyQualifiedName();
        boolean given = arguments.stream().anyMatch(this::isForeign);
        if (owner.startsWith(JavaMove.PACKAGE)) {
            boolean asks = name.matches(ASKING) && !name.matches(ENDING);
            return !asks || (given && !name.matches("of\\w*Registry|equals|replace|remove"));
        } else if (owner.isEmpty()) {
            return given || name.matches(PROTECTING) || name.matches(ENDING);
        }
        return given && !owner.startsWith("java.");
    }

    /** Whether an expression is an instance or a registry, or supplies one. */
    private boolean isForeign(Expression expression) {
        if (expression instanceof J.Lambda lambda) {
            return lambda.getBody() instanceof Expression body && isForeign(body);
        } else if (expression instanceof J.Identifier name && variables.contains(name.getSimpleName())) {
            return true;
        }
        JavaType.FullyQualified type = TypeUtils.asFullyQualified(expression.getType());
        return type != null
                && type.getFullyQualifiedName().startsWith(JavaMove.PACKAGE)
                && isInstance(type.getClassName());
    }

    private static boolean isInstance(String type) {
        return CodeNames.INSTANCES.contains(type)
                || (type.endsWith("Registry") && CodeNames.INSTANCES.contains(type.replace("Registry", "")));
    }
}
