package io.netrun.resilience.fleet;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test a {@link RedisServer} as a parameter: one for the class if a method of the class asks for it before all
 * tests, else one for each test. Where redis-server is not installed the tests are skipped, unless the environment
 * variable {@code REDIS_TESTS} is {@code required}.
 */
final class RedisExtension implements ExecutionCondition, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(RedisExtension.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (RedisServer.executable() != null) {
            return ConditionEvaluationResult.enabled("redis-server is installed");
        }
        if ("required".equals(System.getenv("REDIS_TESTS"))) {
            throw new IllegalStateException("REDIS_TESTS=required, and redis-server is not in the PATH. Install it");
        }
        return ConditionEvaluationResult.disabled("redis-server is not installed");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RedisServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Started.class, key -> new Started(RedisServer.start()), Started.class)
                .server();
    }

    private record Started(RedisServer server) implements ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            server.close();
        }
    }
}
