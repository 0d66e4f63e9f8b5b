package io.netrun.resilience.spring.web;

import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.RateLimitFields;
import io.netrun.resilience.spring.pattern.RateLimitView;
import java.lang.reflect.Method;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.method.HandlerMethod;

/** The header fields of a rate limit, for the handler methods of a server that have a rate limiter of their own. */
public final class RateLimitHeaders {

    private static final Logger log = LoggerFactory.getLogger(RateLimitHeaders.class);

    private final RateLimitFields fields;
    private final Supplier<MethodPipelines> pipelines;
    private final ConcurrentMap<Handler, Boolean> known = new ConcurrentHashMap<>();

    /** A handler method, as it is declared for a class of beans. */
    private record Handler(Method method, Class<?> type) {}

    /**
     * Creates the headers.
     *
     * @param fields the fields to write
     * @param pipelines the pipelines of protected methods
     */
    public RateLimitHeaders(RateLimitFields fields, Supplier<MethodPipelines> pipelines) {
        this.fields = fields;
        this.pipelines = pipelines;
    }

    /**
     * Sets the fields for the handler of a request. Never throws.
     *
     * @param handler what the server has chosen for the request; anything but a protected method is ignored
     * @param header takes the name and the value of each field
     */
    void write(@Nullable Object handler, BiConsumer<String, String> header) {
        if (!(handler instanceof HandlerMethod chosen)) {
            return;
        }
        try {
            RateLimitView view = view(chosen);
            if (view != null) {
                fields.write(view, header);
            }
        } catch (RuntimeException | LinkageError failed) {
            log.debug("The rate limit of {} could not be written", chosen, failed);
        }
    }

    private @Nullable RateLimitView view(HandlerMethod handler) {
        Method method = handler.getMethod();
        Class<?> type = handler.getBeanType();
        boolean isProtected = known.computeIfAbsent(
                new Handler(method, type), each -> pipelines.get().protects(each.method, each.type));
        if (!isProtected) {
            return null;
        }
        MethodPipeline pipeline = pipelines.get().of(method, type);
        return RateLimitView.of(pipeline.pipeline(), policy -> pipeline.linkOf(policy) == null);
    }
}
