package io.netrun.resilience.benchmarks;

import java.util.List;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/** The limiter of Spring Cloud Gateway; the caller waits for its answer, as a request in the gateway does. */
final class GatewayLimit implements SharedRateLimit {

    private static final String ROUTE = "geocoder";

    private final LettuceConnectionFactory connections;
    private final RedisRateLimiter limiter;

    @SuppressWarnings({"unchecked", "rawtypes"}) // the script's type, as Gateway's own configuration has it
    GatewayLimit(int port) {
        connections = NetrunFleet.connect(port);
        RedisScript script =
                RedisScript.of(new ClassPathResource("META-INF/scripts/request_rate_limiter.lua"), List.class);
        limiter = new RedisRateLimiter(
                new ReactiveStringRedisTemplate(connections),
                script,
                new ConfigurationService(null, () -> null, () -> null));
        limiter.getConfig()
                .put(
                        ROUTE,
                        new RedisRateLimiter.Config().setReplenishRate(CALLS).setBurstCapacity(CALLS));
    }

    @Override
    public boolean tryAcquire() {
        return limiter.isAllowed(ROUTE, "caller").block().isAllowed();
    }

    @Override
    public void close() {
        connections.destroy();
    }
}
