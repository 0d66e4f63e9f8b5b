package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.spring.method.ForeignAnnotations;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Hints for native images: what the patterns have that is read by reflection, which is annotations, configuration
 * records (also created by reflection) and the records that the endpoint shows.
 */
final class PatternHints implements RuntimeHintsRegistrar {

    /** The exceptions of HTTP and gRPC clients whose codes the core reads by the names of methods. */
    private static final List<String> HTTP_FAILURES = List.of(
            "org.springframework.web.client.RestClientResponseException",
            "org.springframework.web.reactive.function.client.WebClientResponseException",
            "org.springframework.web.ErrorResponse",
            "org.springframework.web.ErrorResponseException",
            "org.springframework.http.HttpStatusCode",
            "org.springframework.http.HttpHeaders",
            "io.netrun.resilience.spring.http.FailingStatusException",
            "feign.FeignException",
            "retrofit2.HttpException",
            "jakarta.ws.rs.WebApplicationException",
            "jakarta.ws.rs.core.Response",
            "io.r2dbc.spi.R2dbcException",
            "io.grpc.StatusRuntimeException",
            "io.grpc.StatusException",
            "io.grpc.Status");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        PatternDescriptors.slots()
                .forEach(slot ->
                        hints.reflection().registerType(slot.annotation(), MemberCategory.INVOKE_DECLARED_METHODS));
        ForeignAnnotations.all()
                .forEach(name -> hints.reflection()
                        .registerTypeIfPresent(classLoader, name, MemberCategory.INVOKE_DECLARED_METHODS));
        Stream.concat(HeldBinding.BATCH.stream(), Stream.of(HeldBinding.MESSAGE, HeldBinding.SECURITY))
                .forEach(holder -> hints.reflection()
                        .registerTypeIfPresent(classLoader, holder.type(), MemberCategory.INVOKE_PUBLIC_METHODS));
        hints.reflection()
                .registerTypeIfPresent(
                        classLoader,
                        "org.springframework.security.core.context.SecurityContext",
                        MemberCategory.INVOKE_PUBLIC_METHODS);
        hints.resources().registerPattern("io/netrun/resilience/spring/mapping/mapping.table");
        hints.reflection().registerType(PatternOrder.class, MemberCategory.INVOKE_DECLARED_METHODS);
        PatternDescriptors.all().forEach(pattern -> register(pattern, hints.reflection()));
        HTTP_FAILURES.forEach(type ->
                hints.reflection().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_PUBLIC_METHODS));
    }

    private static void register(PatternDescriptor<?, ?> pattern, ReflectionHints hints) {
        hints.registerType(
                pattern.type().defaults().getClass(),
                MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                MemberCategory.INVOKE_DECLARED_METHODS);
        pattern.shownRecords().forEach(shown -> hints.registerType(shown, MemberCategory.INVOKE_DECLARED_METHODS));
    }
}
