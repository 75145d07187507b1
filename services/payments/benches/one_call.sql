-- A payment as one call of a function.
\set payer random(:first_payer, :last_payer)
\set payee random(:first_payee, :last_payee)
\set amount random(1000, 50000)
select naive.pay(:payer, :payee, :amount);
