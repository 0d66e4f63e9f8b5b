package io.netrun.resilience.sample;

import io.micrometer.context.ContextRegistry;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;

/** Carries the request to other threads. Without it, calls within a request stay on their thread and are not hedged. */
@Configuration(proxyBeanMethods = false)
public class CarriedRequest {

    public CarriedRequest() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new RequestAttributesThreadLocalAccessor());
    }
}
