from django.contrib import admin

from .models import Customer, Order, OrderLine, Product


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 1
    readonly_fields = ["amount"]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "country", "created"]
    list_filter = ["country"]
    search_fields = ["name", "email"]
    date_hierarchy = "created"


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "name", "price", "stock"]
    search_fields = ["sku", "name"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["reference", "customer", "status", "placed"]
    list_filter = ["status", "placed"]
    search_fields = ["reference", "customer__name"]
    date_hierarchy = "placed"
    inlines = [OrderLineInline]
