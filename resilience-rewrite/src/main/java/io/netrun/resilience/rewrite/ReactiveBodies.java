package io.netrun.resilience.rewrite;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;

/**
 * Methods that return a publisher and do more than build it. resilience4j and Spring Framework 7 call such a method
 * once, and subscribe to its result for each attempt; this library calls it for each attempt.
 */
final class ReactiveBodies {

    /** The publishers that resilience4j has aspects for. */
    static final String ASPECTS = "Mono|Flux|Flowable|Single|Maybe|Completable|Observable";

    /** Those that Spring Framework adapts. */
    static final String ADAPTED = ASPECTS + "|Publisher|Uni|Multi";

    /** What takes a value that has been made before, instead of code that makes it. */
    private static final Set<String> EAGER = Set.of(
            "just",
            "justOrEmpty",
            "fromIterable",
            "fromStream",
            "fromArray",
            "fromFuture",
            "fromCompletionStage",
            "from",
            "item",
            "items",
            "completedFuture",
            "completedStage",
            "forValue");

    private static final String LOG = "(?i)(this\\.)?(log|logger)";

    private ReactiveBodies() {}

    /** The simple name of a type, without its arguments. */
    static String simple(@Nullable J type) {
        String written = WrittenTypes.of(type).replaceAll("(?s)<.*>", "");
        return written.substring(written.lastIndexOf('.') + 1);
    }

    /**
     * Why a method that is retried behaves differently.
     *
     * @param types the simple names of publishers
     * @return null if it returns no publisher, or only builds it
     */
    static @Nullable String reason(J.MethodDeclaration method, String types) {
        String publisher = simple(method.getReturnTypeExpression());
        if (!publisher.matches(types) || method.getBody() == null || !doesMore(method.getBody(), ADAPTED, true)) {
            return null;
        }
        return "There, the method is called once, also if nothing subscribes to its " + publisher
                + ", which is subscribed to again for each attempt; here, the method is called for each attempt, and"
                + " what it throws is retried, too. It does more than build its " + publisher
                + ": move what is to happen once into its callers.";
    }

    /**
     * Whether something happens outside of lambdas: a call, a failure, or an assignment.
     *
     * @param built the simple names of the types whose variables only build the result
     * @param effects whether assignments count, which do not fail
     */
    static boolean doesMore(J.Block body, String built, boolean effects) {
        AtomicBoolean more = new AtomicBoolean();
        new OwnCode() {
            @Override
            public J.NewClass visitNewClass(J.NewClass created, Integer p) {
                if (created.getClazz() != null
                        && simple(created.getClazz()).equals("AsyncResult")
                        && created.getArguments().stream().anyMatch(ReactiveBodies::calls)) {
                    more.set(true);
                }
                if (created.getArguments() != null) {
                    created.getArguments().forEach(argument -> visit(argument, p, getCursor()));
                }
                return created;
            }

            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                boolean result = getCursor().firstEnclosing(J.Return.class) != null;
                boolean logs = call.getSelect() != null
                        && CodeCounterparts.text(call.getSelect()).matches(LOG);
                boolean eager = EAGER.contains(call.getSimpleName())
                        && call.getArguments().stream().anyMatch(ReactiveBodies::calls);
                if (logs) {
                    return call;
                } else if (!result || eager || (!effects && isOfAnyType(call))) {
                    more.set(true);
                }
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations variables, Integer p) {
                return simple(variables.getTypeExpression()).matches(built)
                        ? variables
                        : super.visitVariableDeclarations(variables, p);
            }

            @Override
            public J.Assignment visitAssignment(J.Assignment assignment, Integer p) {
                more.compareAndSet(false, effects);
                return effects ? assignment : super.visitAssignment(assignment, p);
            }

            @Override
            public J.AssignmentOperation visitAssignmentOperation(J.AssignmentOperation assignment, Integer p) {
                more.compareAndSet(false, effects);
                return effects ? assignment : super.visitAssignmentOperation(assignment, p);
            }

            @Override
            public J.Unary visitUnary(J.Unary unary, Integer p) {
                if (effects && unary.getOperator().isModifying()) {
                    more.set(true);
                }
                return super.visitUnary(unary, p);
            }

            @Override
            public J.Throw visitThrow(J.Throw thrown, Integer p) {
                more.set(true);
                return thrown;
            }
        }.visit(body, 0);
        return more.get();
    }

    /** Whether a method returns whatever type is wanted, so that it makes no future itself: it may only throw. */
    private static boolean isOfAnyType(J.MethodInvocation call) {
        JavaType.Method type = call.getMethodType();
        return type != null
                && type.getDeclaringType().getMethods().stream()
                        .filter(method -> method.getName().equals(call.getSimpleName())
                                && method.getParameterNames().size()
                                        == type.getParameterNames().size())
                        .anyMatch(method -> method.getReturnType() instanceof JavaType.GenericTypeVariable);
    }

    /** Whether an argument calls a method before the result is made. */
    private static boolean calls(Expression argument) {
        AtomicBoolean found = new AtomicBoolean();
        new OwnCode() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                found.set(true);
                return call;
            }
        }.visit(argument, 0);
        return found.get();
    }
}
